/** Our variables. No untrusted program gets them: it could tell from them that it is watched. */
export const ourVariables = ['CACKLE_SOCKET', 'CACKLE_TOKEN', 'CACKLE_SHIM', 'CACKLE_BUILD_SCRIPT'];

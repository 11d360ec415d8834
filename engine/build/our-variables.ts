/** Variables of ours: none reaches what we do not trust, which could tell from them that it is watched. */
export const ourVariables = ['CACKLE_SOCKET', 'CACKLE_TOKEN', 'CACKLE_SHIM', 'CACKLE_BUILD_SCRIPT'];

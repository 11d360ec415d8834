/** Our variables. No untrusted program gets them: it could tell from them that it is watched. */
export const ourVariables = ['CACKLE_SOCKET', 'CACKLE_TOKEN', 'CACKLE_SHIM', 'CACKLE_BUILD_SCRIPT'];

/**
 * Has cargo put the hash of a unit into the names of all of its files. By default, a shared library of a path dependency has none
 * (cargo's source, `use_extra_filename`): a build with other features writes to the same place, and each check compiles both again.
 */
export const OWN_FILES: Readonly<Record<string, string>> = {
  __CARGO_DEFAULT_LIB_METADATA: 'cackle',
};

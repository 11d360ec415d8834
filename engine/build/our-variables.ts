/** Our variables. No untrusted program gets them: it could tell from them that it is watched. */
export const ourVariables = ['CACKLE_SOCKET', 'CACKLE_TOKEN', 'CACKLE_SHIM', 'CACKLE_BUILD_SCRIPT'];

/**
 * Has cargo put the hash of a unit into the names of all of its files: by default, a shared library of a path dependency has
 * none (cargo's source, `use_extra_filename`), so that a build with other features overwrites it, and cargo then calls either fresh.
 */
export const OWN_FILES: Readonly<Record<string, string>> = {
  __CARGO_DEFAULT_LIB_METADATA: 'cackle',
};

/**
 * Variables that no build script may set for rustc (`cargo:rustc-env`), whatever cackle.toml says. Their values make
 * programs that nobody judges run other code, or take the unit for another one.
 */
const deciding: readonly RegExp[] = [
  // Cargo's variables that identify the unit, and those that cargo, rustc and rustup read.
  /^(?:CARGO.*|OUT_DIR|RUSTC.*|RUSTDOC.*|RUSTFLAGS.*|RUSTUP_.*|RUST_TARGET_PATH|RUST_RECURSION_COUNT|SYSROOT)$/,
  // Ours.
  /^CACKLE_.*$/,
  // The loader and libc (ld.so(8), "GLIBC_TUNABLES", iconv's modules, locales).
  /^(?:LD|LD_.*|DYLD_.*|GLIBC_TUNABLES|MALLOC_.*|GCONV_PATH|LOCPATH|NLSPATH|GETCONF_DIR)$/,
  // Where programs, their settings and temporary files are found.
  /^(?:PATH|HOME|TMPDIR|TMP|TEMP|TEMPDIR|XDG_.*)$/,
  // gcc ("Environment Variables Affecting GCC"), collect2, clang, binutils, mold, and caches in front of them.
  /^(?:GCC_.*|COLLECT_.*|COMPILER_PATH|LIBRARY_PATH|CPATH|(?:C|CPLUS|OBJC|OBJCPLUS)_INCLUDE_PATH)$/,
  /^(?:DEPENDENCIES_OUTPUT|SUNPRO_DEPENDENCIES|CCC_.*|LDEMULATION|GNUTARGET|LLVM_SYMBOLIZER_PATH|MOLD_.*)$/,
  /^(?:CCACHE_.*|SCCACHE_.*|DISTCC_.*|MAKEFLAGS|MFLAGS|MAKEFILES|SDKROOT)$/,
  // link.exe ("LINK environment variables"), and by what rustc finds it (`vcvarsall.bat` sets these); Xcode (`man xcrun`).
  /^(?:LIB|LIBPATH|(?:VC|VS)INSTALLDIR|VCTools.*|VisualStudioVersion|VS\d+COMNTOOLS|VSCMD_.*)$/i,
  /^(?:Windows(?:.*Sdk.*|LibPath)|UniversalCRTSdkDir|UCRTVersion|ExtensionSdkDir)$/i,
  /^(?:DEVELOPER_DIR|TOOLCHAINS|XCRUN_.*|LLD_.*)$/,
  // Wrappers of compilers and linkers that take arguments from variables (Nix, Guix, Emscripten, zig, clang-cl, icecc).
  /^(?:NIX_.*|GUIX_.*|EMCC_.*|EM_.*|ZIG_.*|CLANG_.*|_?CL_?|_?LINK_?|ICECC.*|CCWRAP_.*)$/,
  // Interpreters, in which wrappers, linkers and runners are often written.
  /^(?:SHELL|SHELLOPTS|BASHOPTS|BASH_.*|ENV|IFS|PS4|CDPATH|ZDOTDIR|PYTHON[A-Z]+|PERL5.*|PERLLIB)$/,
  /^(?:RUBYOPT|RUBYLIB|NODE_OPTIONS|NODE_PATH|QEMU_.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|LUA_.*)$/,
];

/** Does a variable decide which code the toolchain loads, or which package the unit claims to be? */
export function decidingVariable(name: string): boolean {
  return deciding.some((pattern) => pattern.test(name));
}

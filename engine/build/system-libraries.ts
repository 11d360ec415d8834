import type { Platform } from '../workspace/platform.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const windows = words(`
  advapi32 bcrypt comdlg32 concrt crypt32 dbghelp gdi32 iphlpapi kernel32 libcmt libcmtd libconcrt libconcrtd libcpmt libcpmtd
  libucrt libucrtd libvcruntime libvcruntimed msvcprt msvcprtd msvcrt msvcrtd ntdll ole32 oleaut32 oldnames psapi rpcrt4 secur32
  setupapi shell32 shlwapi synchronization ucrt user32 userenv uuid vcruntime ws2_32
`);

/**
 * Libraries of a system that an object may have its linker take (`/DEFAULTLIB`, `LC_LINKER_OPTION`) although no command line names
 * them: the lists of the parsers (`coff/directives.rs`, `macho/sections.rs`). A directory of a package that holds one comes first.
 */
export const systemLibraries: Readonly<
  Record<Exclude<Platform['linker'], 'gnu'>, readonly string[]>
> = {
  mingw: windows,
  msvc: windows,
  apple: words('System c++ c m objc swiftCore'),
};

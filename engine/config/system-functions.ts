/** Functions whose variants for text in the system's code page and in UTF-16 end in `A` and `W`. */
const inBoth = (names: string): string => names.replace(/\S+/g, '$&A $&W');

/** Functions that also exist with 64-bit offsets (LFS), as glibc names them. */
const withLargeFiles = (names: string): string => names.replace(/\S+/g, '$& $&64');

/** Functions of Microsoft's C runtime that also exist for wide strings: `_open` and `_wopen`. */
const inBothWidths = (names: string): string =>
  names.replace(/\S+/g, (name) => `_${name} _w${name}`);

/**
 * By API, groups of functions; those of one group have their documentation in one place. Left out is what works on a handle that
 * another function gave (`read`, `send`, `fstat`), what every program calls (`exit`, `mmap`), and what takes its meaning from a
 * number (`syscall`, `ioctl`).
 */
const groups: Readonly<Record<string, readonly string[]>> = {
  net: [
    // POSIX.1-2024, sys/socket.h and netdb.h; socket(2), sendmmsg(2) of Linux; connectx(2) of macOS.
    'socket connect bind listen accept accept4 connectx sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg',
    'getaddrinfo getnameinfo gethostbyname gethostbyname_r gethostbyname2 gethostbyname2_r gethostbyaddr gethostbyaddr_r',
    // Fortified variants of glibc (debug/ in its source).
    '__recvfrom_chk',
    // resolver(3), with the names that glibc gives them.
    'res_query res_search res_send res_nquery res_nsearch res_nsend __res_query __res_search __res_send __res_nquery __res_nsearch __res_nsend',
    // Apple: Network, CFNetwork, dns_sd.h.
    'nw_connection_create nw_listener_create nw_connection_group_create CFSocketCreate CFSocketCreateWithNative CFSocketCreateConnectedToSocketSignature',
    'CFStreamCreatePairWithSocketToHost CFStreamCreatePairWithSocketToCFHost CFReadStreamCreateForHTTPRequest CFHostStartInfoResolution',
    'CFReadStreamCreateForStreamedHTTPRequest CFReadStreamCreateWithFTPURL CFWriteStreamCreateWithFTPURL CFURLCreateDataAndPropertiesFromResource',
    // What its libsystem_kernel has behind these names (xnu, libsyscall).
    '__connect_nocancel __accept_nocancel __sendto_nocancel __sendmsg_nocancel __recvfrom_nocancel __recvmsg_nocancel',
    'DNSServiceQueryRecord DNSServiceGetAddrInfo DNSServiceResolve DNSServiceBrowse DNSServiceRegister',
    // Microsoft: winsock2.h, ws2tcpip.h, mswsock.h. `socket`, `connect` and others are as in POSIX.
    `${inBoth('WSASocket WSAConnectByName')} WSAConnect WSAConnectByList WSAAccept WSASendTo WSASendMsg WSARecvFrom AcceptEx`,
    `GetAddrInfoW ${inBoth('GetAddrInfoEx')} GetNameInfoW WSAAsyncGetHostByName WSAAsyncGetHostByAddr`,
    // winnetwk.h, http.h.
    `${inBoth('WNetAddConnection WNetAddConnection2 WNetAddConnection3 WNetUseConnection')} HttpCreateHttpHandle HttpCreateServerSession`,
    // windns.h, icmpapi.h.
    'DnsQuery_A DnsQuery_W DnsQuery_UTF8 DnsQueryEx DnsQueryRaw IcmpCreateFile Icmp6CreateFile IcmpSendEcho IcmpSendEcho2 Icmp6SendEcho2',
    // winhttp.h, wininet.h, urlmon.h.
    'WinHttpOpen WinHttpConnect WinHttpOpenRequest WinHttpSendRequest WinHttpWebSocketCompleteUpgrade',
    inBoth(
      'InternetOpen InternetOpenUrl InternetConnect HttpOpenRequest HttpSendRequest HttpSendRequestEx FtpGetFile FtpPutFile FtpOpenFile',
    ),
    inBoth(
      'URLDownloadToFile URLDownloadToCacheFile URLOpenStream URLOpenBlockingStream URLOpenPullStream',
    ),
  ],
  process: [
    // POSIX.1-2024, unistd.h, spawn.h, stdlib.h, stdio.h, wordexp.h, signal.h.
    'fork _Fork vfork execl execle execlp execv execve execvp execvpe execvP fexecve execveat posix_spawn posix_spawnp system popen wordexp',
    'kill killpg',
    // Linux and BSD: clone(2), ptrace(2), process_vm_readv(2), pidfd_send_signal(2), daemon(3), forkpty(3).
    'clone clone3 ptrace process_vm_readv process_vm_writev pidfd_send_signal daemon forkpty',
    // Apple: mach/mach_traps.h, Launch Services, Security.
    'task_for_pid LSOpenCFURLRef LSOpenFromURLSpec LSOpenApplication LSOpenURLsWithRole AuthorizationExecuteWithPrivileges',
    // What its libsystem_kernel has behind such names (xnu, libsyscall).
    '__fork __execve __mac_execve __posix_spawn',
    // Microsoft: processthreadsapi.h, winbase.h, shellapi.h.
    `${inBoth('CreateProcess CreateProcessAsUser ShellExecute ShellExecuteEx')} CreateProcessWithLogonW CreateProcessWithTokenW WinExec LoadModule`,
    // Other processes: processthreadsapi.h, memoryapi.h, debugapi.h; services: winsvc.h.
    'OpenProcess CreateRemoteThread CreateRemoteThreadEx ReadProcessMemory WriteProcessMemory VirtualAllocEx QueueUserAPC DebugActiveProcess',
    `VirtualAllocExNuma VirtualProtectEx QueueUserAPC2 ${inBoth('CreateService ChangeServiceConfig StartService')}`,
    // ntdll, as far as it is documented (winternl.h and the driver kit).
    'NtCreateProcess NtCreateProcessEx NtCreateUserProcess RtlCreateUserProcess NtOpenProcess ZwOpenProcess',
    // Undocumented: what kernel32 itself calls, and threads and memory of other processes.
    `${inBoth('CreateProcessInternal')} ZwCreateProcess ZwCreateProcessEx ZwCreateUserProcess RtlCreateUserProcessEx RtlCreateUserThread`,
    'NtCreateThreadEx ZwCreateThreadEx NtReadVirtualMemory ZwReadVirtualMemory NtWriteVirtualMemory ZwWriteVirtualMemory NtQueueApcThread ZwQueueApcThread',
    // Microsoft's C runtime: process.h, stdlib.h, stdio.h.
    `_wsystem ${inBothWidths('popen execl execle execlp execlpe execv execve execvp execvpe spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe')}`,
  ],
  fs: [
    // POSIX.1-2024, fcntl.h, stdio.h, dirent.h, ftw.h, glob.h.
    withLargeFiles(
      'open openat creat fopen freopen scandir scandirat ftw nftw glob tmpfile mkstemp mkstemps mkostemp mkostemps',
    ),
    'opendir mkdtemp mktemp tmpnam tempnam remove rename renameat renameat2 fts_open fts64_open',
    // sys/stat.h, unistd.h, utime.h, sys/time.h, stdlib.h.
    withLargeFiles('stat lstat fstatat truncate'),
    'mkdir mkdirat rmdir unlink unlinkat link linkat symlink symlinkat readlink readlinkat chmod lchmod fchmodat chown lchown fchownat',
    'mkfifo mkfifoat mknod mknodat access eaccess euidaccess faccessat realpath canonicalize_file_name utime utimes lutimes futimesat utimensat',
    // Linux: statx(2), openat2(2), open_by_handle_at(2), mount(2), inotify(7), fanotify(7), xattr(7).
    'statx openat2 name_to_handle_at open_by_handle_at mount umount umount2 pivot_root chroot open_tree move_mount inotify_add_watch fanotify_mark',
    'getxattr lgetxattr setxattr lsetxattr listxattr llistxattr removexattr lremovexattr',
    // Names by which older glibc exports these, and fortified variants (io/ and debug/ in its source).
    withLargeFiles('__xstat __lxstat __fxstatat'),
    '__xmknod __xmknodat __open_2 __open64_2 __openat_2 __openat64_2 __readlink_chk __readlinkat_chk __realpath_chk',
    // Apple: rename(2), clonefile(2), copyfile(3), exchangedata(2), searchfs(2), getattrlist(2), FSEvents.
    'renamex_np renameatx_np clonefile clonefileat fclonefileat copyfile exchangedata searchfs getattrlist getattrlistat setattrlist FSEventStreamCreate',
    '__open __open_nocancel __openat_nocancel __open_extended __mkdir_extended __rename __unlink __rmdir',
    // Microsoft: fileapi.h, winbase.h.
    `${inBoth('CreateFile CreateFileTransacted DeleteFile CopyFile CopyFileEx MoveFile MoveFileEx MoveFileWithProgress ReplaceFile')} CreateFile2 CopyFile2 OpenFile _lopen _lcreat`,
    inBoth('CreateDirectory CreateDirectoryEx RemoveDirectory FindFirstFile FindFirstFileEx'),
    inBoth(
      'GetFileAttributes GetFileAttributesEx SetFileAttributes GetCompressedFileSize CreateHardLink CreateSymbolicLink GetTempFileName FindFirstChangeNotification',
    ),
    inBoth(
      'CopyFileTransacted MoveFileTransacted DeleteFileTransacted CreateDirectoryTransacted RemoveDirectoryTransacted FindFirstFileTransacted',
    ),
    inBoth(
      'GetFileAttributesTransacted SetFileAttributesTransacted CreateHardLinkTransacted CreateSymbolicLinkTransacted',
    ),
    `FindFirstFileNameW FindFirstStreamW ${inBoth('EncryptFile DecryptFile OpenEncryptedFileRaw GetFileSecurity SetFileSecurity')}`,
    // fileapifromapp.h.
    'CreateFileFromAppW CreateFile2FromAppW CopyFileFromAppW MoveFileFromAppW DeleteFileFromAppW ReplaceFileFromAppW CreateDirectoryFromAppW',
    'RemoveDirectoryFromAppW FindFirstFileExFromAppW GetFileAttributesExFromAppW SetFileAttributesFromAppW',
    // shellapi.h, shlwapi.h, shlobj_core.h, aclapi.h, lzexpand.h.
    inBoth(
      'SHFileOperation SHCreateStreamOnFile SHCreateDirectoryEx PathFileExists PathIsDirectory GetNamedSecurityInfo SetNamedSecurityInfo LZOpenFile',
    ),
    'SHCreateStreamOnFileEx SHCreateDirectory',
    // winternl.h and the driver kit.
    'NtCreateFile ZwCreateFile NtOpenFile ZwOpenFile NtDeleteFile ZwDeleteFile NtQueryAttributesFile ZwQueryAttributesFile NtQueryFullAttributesFile ZwQueryFullAttributesFile',
    // Microsoft's C runtime: io.h, direct.h, stdio.h, sys/stat.h.
    inBothWidths(
      'open sopen sopen_s creat unlink mkdir rmdir chmod access access_s stat stat32 stat64 stat32i64 stat64i32 mktemp mktemp_s fullpath',
    ),
    inBothWidths('findfirst findfirst32 findfirst64 findfirst32i64 findfirst64i32'),
    '_sopen_dispatch _wsopen_dispatch fopen_s freopen_s tmpfile_s _fsopen _wfsopen _wfopen _wfopen_s _wfreopen _wfreopen_s _wremove _wrename',
  ],
  env: [
    // POSIX.1-2024, stdlib.h, unistd.h; secure_getenv(3), clearenv(3), get_current_dir_name(3).
    'getenv secure_getenv setenv unsetenv putenv clearenv environ __environ getcwd getwd get_current_dir_name chdir fchdir __getcwd_chk',
    // Apple: crt_externs.h, mach-o/dyld.h.
    '_NSGetEnviron _NSGetArgc _NSGetArgv _NSGetExecutablePath',
    // Microsoft: processenv.h, processthreadsapi.h, libloaderapi.h, fileapi.h.
    `${inBoth('GetEnvironmentVariable SetEnvironmentVariable ExpandEnvironmentStrings GetCommandLine GetCurrentDirectory SetCurrentDirectory')}`,
    `GetEnvironmentStrings GetEnvironmentStringsW ${inBoth('GetModuleFileName GetTempPath GetTempPath2')}`,
    // Microsoft's C runtime: stdlib.h, direct.h.
    `getenv_s _wgetenv _wgetenv_s ${inBothWidths('dupenv_s putenv putenv_s getcwd chdir')}`,
  ],
  terminate: [
    // POSIX.1-2024, stdlib.h, unistd.h; Microsoft: processthreadsapi.h, errhandlingapi.h. C code calls `exit` and `abort` all over.
    `_exit _Exit quick_exit ExitProcess FatalExit ${inBoth('FatalAppExit')}`,
  ],
};

/**
 * By built-in API: the functions of Linux, Apple's systems and Windows that give to their callers what the API is about, as symbols
 * name them. `unix_sockets` has none of its own: its functions are those of `net`, with another number.
 */
export const systemFunctions: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(groups).map(([api, lists]) => [
    api,
    new Set(lists.flatMap((list) => list.split(' '))),
  ]),
);

/** Returns whether a name is that of a DLL's function which a program knows by its number alone, `ws2_32_dll::ordinal_4`: it may be any. */
export const isByNumber = (name: string): boolean => /^\w+::ordinal_\d+$/.test(name);

/** Returns whether a function of a DLL, by its name there or by its number, may give what a built-in API is about. */
export function mayGive(api: string, name: string): boolean {
  const functions = systemFunctions.get(api);
  return functions !== undefined && (isByNumber(name) || functions.has(name));
}

/** Returns whether a path of an API is the name of a function that some system has. */
export function isSystemFunction(path: string): boolean {
  return [...systemFunctions.keys()].some((api) => mayGive(api, path));
}

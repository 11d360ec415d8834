import type { LinkRecord } from '../facts/unit-record.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

/**
 * Functions that the start files of C runtimes call if a program has them (glibc, musl, GCC), for start files that
 * cannot be found.
 */
const elf =
  words(`main _start rust_eh_personality _init _fini __libc_csu_init __libc_csu_fini __libc_start_main
  __gmon_start__ __cxa_finalize __cxa_atexit atexit _Jv_RegisterClasses __register_frame_info
  __deregister_frame_info _ITM_registerTMCloneTable _ITM_deregisterTMCloneTable`);

/** Where a program or DLL begins, by subsystem and runtime (LINK reference, "/ENTRY"). */
const entries =
  words(`main wmain WinMain wWinMain mainCRTStartup wmainCRTStartup WinMainCRTStartup wWinMainCRTStartup
  DllMain DllMainCRTStartup _DllMainCRTStartup DllEntryPoint DriverEntry GsDriverEntry NtProcessStartup efi_main`);

/**
 * Names that the C runtimes of Windows, which are linked into a program (MinGW's crt2.o and libmingwex, libcmt, the start files in
 * msvcrt.lib, delayimp.lib), and linkers themselves (`/DELAYLOAD`) refer to: a program's own definition takes the place of theirs. These files are not on this machine, so the names stand
 * here.
 */
const windowsRuntime =
  words(`_tls_used _tls_index _load_config_used __dyn_tls_init_callback rust_eh_personality
  __main _setargv _wsetargv _matherr _MINGW_INSTALL_DEBUG_MATHERR __mingw_setusermatherr _fpreset _cexit _exit exit abort
  _amsg_exit _initterm _initterm_e _onexit atexit _set_app_type __set_app_type __getmainargs __wgetmainargs
  __p__commode __p__fmode __p__acmdln _gnu_exception_handler __C_specific_handler _pei386_runtime_relocator
  __mingw_TLScallback __mingw_init_ehandler __do_global_ctors __do_global_dtors _set_invalid_parameter_handler
  _execute_onexit_table _initialize_onexit_table _register_onexit_function signal malloc calloc realloc free memcpy
  memmove memset memcmp strlen strncmp wcslen fwrite fprintf vfprintf fputc fputwc localeconv __iob_func
  __acrt_iob_func _lock _unlock _errno __security_init_cookie __security_check_cookie __security_cookie
  __report_gsfailure __GSHandlerCheck __CxxFrameHandler3 _CxxThrowException __chkstk ___chkstk_ms _fltused
  _guard_check_icall _guard_dispatch_icall __isa_available_init __scrt_initialize_crt __scrt_uninitialize_crt
  __scrt_initialize_winrt __scrt_initialize_mta __scrt_exe_initialize_mta __scrt_fastfail __scrt_is_managed_app
  __scrt_is_nonwritable_in_current_image __scrt_is_ucrt_dll_in_use __scrt_acquire_startup_lock __scrt_release_startup_lock
  __scrt_get_dyn_tls_init_callback __scrt_get_dyn_tls_dtor_callback __scrt_get_show_window_mode __scrt_set_unhandled_exception_filter
  __scrt_initialize_default_local_stdio_options __scrt_initialize_onexit_tables __scrt_initialize_type_info
  __scrt_uninitialize_type_info __scrt_narrow_argv_policy __scrt_narrow_environment_policy __dyn_tls_dtor_callback
  _get_startup_argv_mode _get_startup_commit_mode _get_startup_file_mode _get_startup_new_mode _get_startup_thread_locale_mode
  _initialize_default_precision _initialize_denormal_control _initialize_invalid_parameter_handler
  _should_initialize_environment _configure_narrow_argv _configure_wide_argv _initialize_narrow_environment
  _initialize_wide_environment _get_initial_narrow_environment _get_initial_wide_environment __p___argc __p___argv __p___wargv
  _configthreadlocale _set_fmode _set_new_mode __setusermatherr _seh_filter_exe _seh_filter_dll _crt_atexit
  _crt_at_quick_exit _register_thread_local_exe_atexit_callback _c_exit _RTC_Initialize _RTC_Terminate _pRawDllMain
  __vcrt_initialize __vcrt_uninitialize __vcrt_thread_attach __vcrt_thread_detach __acrt_initialize __acrt_uninitialize
  __acrt_thread_attach __acrt_thread_detach __delayLoadHelper2 __pfnDliNotifyHook2 __pfnDliFailureHook2`);

/**
 * Names that dyld and libSystem look for in a program; nothing else there calls a program's function by its name. The first have no
 * underscore in front, which facts tell by a mark.
 */
const apple =
  words(`\u0001start \u0001dyld_stub_binder \u0001dyld_stub_binding_helper main start rust_eh_personality _Znwm _Znam _ZdlPv
  _ZdaPv _ZnwmRKSt9nothrow_t _ZnamRKSt9nothrow_t _ZdlPvRKSt9nothrow_t _ZdaPvRKSt9nothrow_t`);

/** By format. Facts have names as sources have them: without the underscore that some formats put in front. */
const symbols: Readonly<Record<LinkRecord['format'], readonly string[]>> = {
  elf,
  coff: [...entries, ...windowsRuntime],
  'mach-o': apple,
};

/** Returns the names by which a system or its C runtime calls into an output. */
export function startSymbols(format: LinkRecord['format']): readonly string[] {
  return symbols[format];
}

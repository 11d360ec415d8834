/**
 * Linker options that are known to add no code and to redirect nothing. A link with an option that is in no list
 * cannot be judged: the option could do anything.
 */

/** Options of ld (GNU ld, gold, lld, mold) that take no value, or only one after `=`. */
export const ldFlags = new Set(
  `as-needed no-as-needed eh-frame-hdr no-eh-frame-hdr start-group end-group start-lib end-lib pie no-pie
  pic-executable no-pic-executable no-dynamic-linker no-undefined no-undefined-version undefined-version defs
  allow-multiple-definition print-gc-sections no-print-gc-sections strip-all strip-debug discard-all discard-locals
  discard-none build-id print-icf-sections ignore-data-address-equality relax no-relax omagic
  no-omagic nmagic no-nmagic Bsymbolic Bsymbolic-functions Bsymbolic-non-weak Bsymbolic-non-weak-functions
  Bno-symbolic demangle no-demangle fatal-warnings no-fatal-warnings warnings no-warnings warn-common no-warn-common
  warn-once warn-execstack no-warn-execstack warn-rwx-segments no-warn-rwx-segments warn-mismatch no-warn-mismatch
  warn-shared-textrel warn-textrel warn-alternate-em warn-search-mismatch no-warn-search-mismatch
  warn-backrefs no-warn-backrefs warn-symbol-ordering no-warn-symbol-ordering warn-unresolved-symbols
  error-unresolved-symbols error-limit no-error-rwx-segments color-diagnostics
  no-color-diagnostics colour-diagnostics verbose version trace stats threads no-threads thread-count
  gdb-index no-gdb-index debug-names emit-relocs rosegment no-rosegment pack-dyn-relocs
  use-android-relr-tags enable-new-dtags disable-new-dtags new-dtags copy-dt-needed-entries
  no-copy-dt-needed-entries add-needed no-add-needed allow-shlib-undefined no-allow-shlib-undefined
  noinhibit-exec sort-common keep-memory no-keep-memory
  reduce-memory-overheads cref print-map print-memory-usage nostdlib no-export-dynamic no-define-common
  define-common no-gnu-unique gnu-unique apply-dynamic-relocs no-apply-dynamic-relocs no-call-graph-profile-sort
  call-graph-profile-sort lto-O lto-CGO ld-generated-unwind-info no-ld-generated-unwind-info merge-exidx-entries
  no-merge-exidx-entries mmap-output-file no-mmap-output-file check-sections no-check-sections accept-unknown-input-arch
  no-accept-unknown-input-arch target1-abs target1-rel target2 fix-cortex-a53-843419 fix-cortex-a53-835769
  fix-cortex-a8 no-fix-cortex-a8 long-plt be8 EB EL separate-code no-separate-code rosegment quick-exit no-quick-exit
  fork no-fork perf spare-dynamic-tags execute-only xosegment no-xosegment dependent-libraries no-dependent-libraries
  no-gc-keep-exported eh-frame-hdr-hash no-detach detach package-metadata push-state pop-state
  gnu-hash-style optimize-bb-jumps no-optimize-bb-jumps tls-get-addr-optimize d dc dp s S n N q t v V
  x X M O g nopie Qy
`
    .trim()
    .split(/\s+/),
);

/**
 * Options of ld that take a value, as the next argument or after `=`, and do not affect code. A linker that took one
 * of these for a flag would take its value for an input, so each of them takes a value in all of these linkers.
 */
export const ldWithValue = new Set(
  `soname rpath rpath-link sysroot section-start image-base Ttext Tdata Tbss Ttext-segment Trodata-segment
  Tldata-segment symbol-ordering-file call-graph-ordering-file retain-symbols-file trace-symbol
  exclude-libs hash-style icf compress-debug-sections unresolved-symbols orphan-handling sort-section
  z h y
`
    .trim()
    .split(/\s+/),
);

/** An emulation of GNU ld (`-m`). Other options that begin with `-m` pass options to LLVM or read a script. */
export const emulation = /^(?:\w*elf\w*|aarch64linux\w*|i386\w*|arm64\w*)$/;

/** Options of a compiler driver that take the next argument as their value. */
export const driverWithValue = new Set(
  '-target -arch -isysroot --sysroot -z -h --param'.split(' '),
);

/** Options of a compiler driver that are complete without a further argument. */
export const driverFlags =
  /^(?:-pthread|-pie|-no-pie|-nopie|-static-libgcc|-shared-libgcc|-static-libstdc\+\+|-static-libasan|-nostdlib(?:\+\+)?|-nodefaultlibs|-nostartfiles|-nolibc|-s|-v|-w|-g.*|-O.*|-pipe|-m(?!llvm).+|-std=.*|-D.+|-U.+|-I.+|-stdlib=.*|-rtlib=.*|--?unwindlib=.*|--?rtlib=.*|-Q.*|-no-canonical-prefixes|-pg|-coverage|--coverage|-time|-W(?![lap],).*|--target=.*|--sysroot=.*|-ansi|-pedantic.*)$/;

/**
 * Known options that begin with `-f`. Others write files, or load or read plugins, and gcc and clang keep adding new
 * ones.
 */
export const driverFeatures = new RegExp(
  `^-f(?:no-)?(?:${`
  PIC pic PIE pie common plt exceptions builtin openmp ident rtti objc-arc objc-link-runtime split-stack emulated-tls short-enums
  function-sections data-sections unwind-tables asynchronous-unwind-tables omit-frame-pointer strict-aliasing
  stack-protector stack-protector-all stack-protector-strong stack-protector-explicit stack-check stack-clash-protection
  semantic-interposition threadsafe-statics visibility-inlines-hidden merge-all-constants math-errno fast-math
  profile-arcs test-coverage coverage-mapping profile-instr-generate use-linker-plugin use-init-array ms-extensions
  sanitize-link-runtime sanitize-link-c\\+\\+-runtime color-diagnostics diagnostics-color apple-link-rtlib
  `
    .trim()
    .split(/\s+/)
    .join(
      '|',
    )}|(?:sanitize(?:-recover|-trap|-coverage)?|visibility|cf-protection|openmp|diagnostics-color)=[\\w,-]*|cf-protection)$`,
);

/** Libraries of the C runtime and of the compiler: they are no package's code, and nothing in them calls an API. */
export const runtimeLibraries = new Set(
  'c m pthread rt dl util gcc gcc_eh gcc_s c_nonshared ssp_nonshared mvec resolv nsl anl'.split(
    ' ',
  ),
);

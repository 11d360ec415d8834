import { ldFlags, ldWithValue } from './linker-options.ts';
import { LinkerScan } from './linker-scan.ts';

/** Options that ld has for Windows alone (ld manual, "Options specific to PE targets"), without a value of their own. */
const flags = new Set([
  ...ldFlags,
  ...`dynamicbase disable-dynamicbase no-dynamicbase high-entropy-va disable-high-entropy-va nxcompat disable-nxcompat
  no-nxcompat forceinteg disable-forceinteg no-isolation disable-no-isolation no-seh disable-no-seh no-bind disable-no-bind
  wdmdriver disable-wdmdriver tsaware disable-tsaware appcontainer insert-timestamp no-insert-timestamp
  large-address-aware disable-large-address-aware enable-auto-image-base disable-auto-image-base enable-auto-import
  disable-auto-import enable-extra-pe-debug enable-long-section-names disable-long-section-names
  enable-runtime-pseudo-reloc disable-runtime-pseudo-reloc enable-runtime-pseudo-reloc-v1
  enable-runtime-pseudo-reloc-v2 enable-stdcall-fixup disable-stdcall-fixup enable-reloc-section disable-reloc-section
  kill-at add-stdcall-alias exclude-all-symbols warn-duplicate-exports leading-underscore no-leading-underscore
  allow-multiple-definition
  `
    .trim()
    .split(/\s+/),
]);

/** The same with a value. None of them adds code; the files that some of them write are beside the output. */
const withValue = new Set([
  ...ldWithValue,
  ...`out-implib subsystem stack heap file-alignment section-alignment image-base major-image-version
  minor-image-version major-os-version minor-os-version major-subsystem-version minor-subsystem-version
  exclude-symbols exclude-modules-for-implib dll-search-prefix pdb guard-cf
  `
    .trim()
    .split(/\s+/),
]);

/** GNU ld's options as MinGW's gcc takes them: definition files among the inputs, and what Windows adds. */
export class MingwScan extends LinkerScan {
  constructor(cwd: string) {
    super(cwd, { flags, withValue, emulation: /^i386pep?$|^thumb2pe$|^arm64pe$/ });
  }

  override file(path: string): void {
    if (!/\.def$/i.test(path)) {
      super.file(path);
      return;
    }
    // Without a definition file, a DLL exports every global.
    this.versioned = true;
    this.script(path);
  }

  override ld(argument: string, next: () => string | undefined): void {
    if (/^--?export-all-symbols$/.test(argument)) this.exportsAll = true;
    else if (/^--?dll$/.test(argument)) this.shared = true;
    else super.ld(argument, next);
  }
}

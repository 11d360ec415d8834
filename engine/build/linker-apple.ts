import { join, resolve } from 'node:path';
import type { CommandInput, LinkerCommand } from './linker-command.ts';
import { driverFeatures } from './linker-options.ts';
import { namesOnApple } from './symbol-names.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Options of ld64 and lld's that add no code, redirect nothing and stand alone (`man ld`). */
const flags = set(`
  dead_strip_dylibs no_dead_strip_inits_and_terms execute dynamic pie no_pie demangle x S X s w t v d no_uuid random_uuid
  reproducible no_deduplicate deduplicate verbose_deduplicate adhoc_codesign no_adhoc_codesign fatal_warnings no_warnings
  headerpad_max_install_names bind_at_load search_paths_first search_dylibs_first no_compact_unwind keep_dwarf_unwind
  no_keep_dwarf_unwind function_starts no_function_starts data_in_code_info no_data_in_code_info
  no_objc_category_merging objc_category_merging application_extension no_application_extension no_implicit_dylibs
  mark_dead_strippable_dylib ld_classic ld_new ld64 warn_weak_exports warn_unused_dylibs no_warn_unused_dylibs
  print_statistics twolevel_namespace fixup_chains no_fixup_chains warn_duplicate_libraries
  no_warn_duplicate_libraries prebind noprebind no_branch_islands no_eh_labels warn_stabs single_module multi_module
  no_encryption encryptable no_source_version add_source_version no_merge_literals icf_none
  allow_dead_duplicates no_arch_warnings arch_errors_fatal noall_load no_exported_symbols merge-libraries
  no_inits root_safe setuid_safe no_version_load_command dependent_dr_info no_dependent_dr_info debug_variant
  Z warn_compact_unwind no_shared_cache_eligible not_for_dyld_shared_cache
`);

/** Options of ld64 with values that affect no code, and how many values each takes. */
const withValues: ReadonlyMap<string, number> = new Map([
  ...[
    ...set(`install_name dylib_install_name rpath current_version compatibility_version dylib_current_version
      dylib_compatibility_version umbrella allowable_client client_name undefined stack_size stack_addr image_base
      headerpad pagezero_size segalign final_output multiply_defined multiply_defined_unused weak_reference_mismatches
      read_only_relocs sub_library sub_umbrella macos_version_min macosx_version_min ios_version_min
      iphoneos_version_min ios_simulator_version_min sdk_version source_version U order_file
      unexported_symbol unexported_symbols_list non_global_symbols_strip_list non_global_symbols_no_strip_list
      oso_prefix exported_symbols_order seg1addr segs_read_write_addr
      segs_read_only_addr dot max_default_common_align object_path_lto commons target arch z
      why_live dylib_file`),
  ].map((name) => [name, 1] as const),
  ...['platform_version', 'sectcreate', 'segprot', 'sectalign', 'seccreate', 'sectorder'].map(
    (name) => [name, 3] as const,
  ),
  ...['segaddr', 'segcreate', 'rename_segment'].map((name) => [name, 2] as const),
  ['rename_section', 4],
]);

/** Options that are refused, with the number of their values and the reason. */
const refused: ReadonlyMap<string, readonly [values: number, why: string]> = new Map([
  ['r', [0, 'a relocatable output']],
  ['alias', [2, 'redirects symbols']],
  ['alias_list', [1, 'redirects symbols']],
  ['move_to_ro_segment', [2, 'an option that cackle does not know']],
  ['lto_library', [1, 'code that only the linker sees']],
  ['mllvm', [1, 'options for code that only the linker sees: compile without linker-plugin-lto']],
  ['filelist', [1, 'a file that names further inputs']],
  ['bundle_loader', [1, 'a program whose functions the output calls']],
  ['dependency_info', [1, 'writes a file']],
  ['make_mergeable', [0, 'code that only the linker sees']],
]);

/** Options of a compiler driver for Apple's systems that are complete without a further argument. */
const driverFlags =
  /^-(?:nostdlib(?:\+\+)?|nodefaultlibs|nostartfiles|static-libgcc|m(?!llvm)[a-z].*|g.*|O.*|pthread|pipe|v|w|stdlib=.*|rtlib=.*|std=.*|D.+|I.+|W(?![lap],).*|-target=.*)$/;

const isFile = (argument: string): boolean => !argument.startsWith('-');

/** Collects what a command line for Apple's `cc`, or for ld64 or ld64.lld, says. */
class AppleScan {
  output = 'a.out';
  shared = false;
  drops: LinkerCommand['drops'] = 'nothing';
  exportsAll = false;
  listed = false;
  allLoad = false;
  readonly inputs: CommandInput[] = [];
  readonly searched: string[] = [];
  readonly frameworkPlaces: string[] = [];
  readonly rootSymbols: string[] = [];
  readonly exportPatterns: string[] = [];
  readonly scripts: string[] = [];
  readonly programs: LinkerCommand['programs'][number][] = [];
  readonly maps: LinkerCommand['maps'][number][] = [];
  readonly unsupported: string[] = [];
  private readonly roots: string[] = [];
  private readonly cwd: string;
  private readonly next: () => string | undefined;

  constructor(cwd: string, next: () => string | undefined) {
    this.cwd = cwd;
    this.next = next;
  }

  file(path: string, wholeArchive = false): void {
    this.inputs.push({ path: resolve(this.cwd, path), wholeArchive });
  }

  /** Reads one option; compiler driver and linker share most of them. */
  option(argument: string): void {
    const value = (): string => this.next() ?? '';
    const name = argument.replace(/^--?/, '');
    const [, form, glued] =
      /^-(weak-|needed-|reexport-|upward-|hidden-|lazy-)?l(.+)$/.exec(argument) ?? [];
    if (this.known(name, value)) return;
    const [values, why] = refused.get(name) ?? [0, undefined];
    if (why !== undefined) {
      const words = Array.from({ length: values }, value);
      this.refuse([argument, ...words].join(' '), why);
    } else if (withValues.has(name)) {
      for (let left = withValues.get(name) ?? 0; left > 0; left--) value();
    } else if (flags.has(name)) return;
    else if (/^-L./.test(argument)) this.searched.push(resolve(this.cwd, argument.slice(2)));
    else if (/^-F./.test(argument)) this.frameworkPlaces.push(resolve(this.cwd, argument.slice(2)));
    else if (glued !== undefined) this.library(glued, form === 'hidden-');
    else if (/^-u./.test(argument) && !argument.startsWith('-un'))
      this.rootSymbols.push(argument.slice(2));
    else if (/^-o./.test(argument) && !/^-o(?:bj|rder|so)/.test(argument))
      this.output = argument.slice(2);
    else if (
      /^-f(?:use-ld=|lto|plugin|thinlto)/.test(argument) ||
      argument.startsWith('--ld-path=')
    )
      this.chosen(argument);
    else if (/^-(?:target|arch)=/.test(argument) || driverFlags.test(argument)) return;
    else if (driverFeatures.test(argument)) return;
    else this.refuse(argument, 'an option that cackle does not know');
  }

  /** Reads an option that affects the contents of the output. Returns false when it is none of these. */
  private known(name: string, value: () => string): boolean {
    switch (name) {
      case 'o':
        this.output = value();
        return true;
      case 'L':
        this.searched.push(resolve(this.cwd, value()));
        return true;
      case 'F':
      case 'iframework':
        this.frameworkPlaces.push(resolve(this.cwd, value()));
        return true;
      case 'l':
        this.library(value());
        return true;
      case 'syslibroot':
      case 'isysroot':
        this.root(`-${name}`, value());
        return true;
      case 'framework':
      case 'weak_framework':
      case 'needed_framework':
      case 'reexport_framework':
      case 'lazy_framework':
      case 'upward_framework':
        this.inputs.push({
          library: value().replace(/,.*/, ''),
          static: false,
          isFramework: true,
          wholeArchive: false,
        });
        return true;
      case 'force_load':
        this.file(value(), true);
        return true;
      case 'load_hidden':
      case 'weak_library':
      case 'needed_library':
      case 'reexport_library':
      case 'upward_library':
      case 'lazy_library':
        this.file(value());
        return true;
      // Members with Objective-C classes are loaded without a reference to them: all are taken for loaded.
      case 'ObjC':
      case 'all_load':
        this.allLoad = true;
        return true;
      case 'dead_strip':
        this.drops = 'sections';
        return true;
      case 'dynamiclib':
      case 'dylib':
      case 'bundle':
        this.shared = true;
        return true;
      case 'export_dynamic':
      case 'rdynamic':
        this.exportsAll = true;
        return true;
      case 'u':
      case 'e':
      case 'init':
        this.rootSymbols.push(value());
        return true;
      case 'exported_symbol':
      case 'reexported_symbol':
        this.listed = true;
        this.exportPatterns.push(value());
        return true;
      case 'exported_symbols_list':
      case 'reexported_symbols_list':
        this.listed = true;
        this.scripts.push(resolve(this.cwd, value()));
        return true;
      case 'map': {
        const written = value();
        this.maps.push({ written, path: resolve(this.cwd, written) });
        return true;
      }
      default:
        return false;
    }
  }

  /** `-hidden-lx` takes archives alone. */
  private library(name: string, isStatic = false): void {
    this.inputs.push({ library: name, static: isStatic, wholeArchive: false });
  }

  /** A system root: what `-L` and `-l` name may be there, and frameworks. */
  private root(option: string, written: string): void {
    const path = resolve(this.cwd, written);
    this.roots.push(path);
    this.programs.push({ option: `${option} ${written}`, written, path, runs: false });
  }

  /** Returns the directories of `-L`, or of `-F`, those in system roots first (`man ld`, "-syslibroot"). */
  inRoots(places: readonly string[], ...standard: readonly string[]): string[] {
    const below = (place: string): string[] => this.roots.map((root) => join(root, place));
    return [...places.flatMap((place) => [...below(place), place]), ...standard.flatMap(below)];
  }

  /** A linker that the command line chooses is not run for such a target. Code that only a linker sees is refused. */
  private chosen(argument: string): void {
    if (!/^-fuse-ld=|^--ld-path=/.test(argument))
      this.refuse(argument, 'code that only the linker sees');
    const written = argument.slice(argument.indexOf('=') + 1);
    if (written.includes('/'))
      this.programs.push({
        option: argument,
        written,
        path: resolve(this.cwd, written),
        runs: true,
      });
  }

  private refuse(argument: string, why: string): void {
    this.unsupported.push(`${argument} (${why})`);
  }
}

/** Parses a command line of Apple's `cc`, ld64 or ld64.lld, in which response files are expanded already. */
export function parseAppleArguments(args: readonly string[], cwd: string): LinkerCommand {
  // What the driver passes to the linker is read in its place: an option and its value may come in words of their own.
  const words = args.flatMap((argument, i) => {
    if (argument === '-Xlinker') return [];
    if (args[i - 1] === '-Xlinker') return [argument];
    return argument.startsWith('-Wl,') ? argument.slice(4).split(',') : [argument];
  });
  let index = -1;
  const next = (): string | undefined => words[++index];
  const scan = new AppleScan(cwd, next);
  while (index + 1 < words.length) {
    const word = next() as string;
    if (word === '') continue;
    if (isFile(word)) scan.file(word);
    else scan.option(word);
  }
  return {
    output: resolve(cwd, scan.output),
    inputs: scan.allLoad
      ? scan.inputs.map((input) => ({ ...input, wholeArchive: true }))
      : scan.inputs,
    searched: scan.inRoots(scan.searched, 'usr/lib', 'usr/local/lib'),
    frameworkPlaces: scan.inRoots(scan.frameworkPlaces),
    sysroot: undefined,
    shared: scan.shared,
    drops: scan.drops,
    exportsAll: scan.exportsAll,
    rootSymbols: scan.rootSymbols.flatMap(namesOnApple),
    exportPatterns: scan.exportPatterns.flatMap(namesOnApple),
    versioned: scan.listed,
    scripts: scan.scripts,
    programs: scan.programs,
    searchOptions: [],
    maps: scan.maps,
    unsupported: scan.unsupported,
  };
}

/**
 * Returns the patterns of a list of exported symbols: one on each line, `#` begins a comment (`man ld`,
 * "-exported_symbols_list").
 */
export function exportedByList(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .flatMap(namesOnApple);
}

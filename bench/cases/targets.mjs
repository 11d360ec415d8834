/** What it costs to judge other systems, too: a cold check for three targets, and the parsers on each format of objects. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lackingTargets } from '../../setup/targets.mjs';
import { coldCache, empty, nativeParsers, ourCheck, plainBuild, targetOf } from '../inputs.mjs';
import { bench, repository } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../inputs.mjs').Input} Input */
/** @typedef {import('../report.mjs').Row} Row */

export const names = ['targets', 'formats'];

/** Those that a check is compared for: the machine's own, and one of each other format that has DWARF. */
const compared = ['x86_64-pc-windows-gnu', 'aarch64-apple-darwin'];
/** All whose objects are compared with ELF. */
const formats = [...compared, 'x86_64-apple-darwin', 'x86_64-pc-windows-msvc'];

/** @param {Context} context @param {readonly string[]} chosen @returns {Promise<Row[]>} */
export async function measure(context, chosen) {
  const lacking = lackingTargets();
  if (lacking.length > 0) {
    context.tell(`left out: targets: rustup target add ${lacking.join(' ')}`);
    return [];
  }
  const [input] = context.inputs;
  if (input === undefined) throw new Error('no input');
  const host = hostOf(context);
  return [
    ...(chosen.includes('targets') ? [await cold(context, input, host)] : []),
    ...(chosen.includes('formats') ? await speeds(context, input, host) : []),
  ];
}

/** One check for all, against one build after another. @param {Context} context @param {Input} input @param {string} host */
async function cold(context, input, host) {
  const targets = [host, ...compared];
  const wanted = targets.flatMap((target) => ['--target', target]);
  const results = await alternate(
    [
      {
        name: 'ours',
        async measure() {
          context.tell(`targets: ${input.name}, a check`);
          const target = targetOf(input, 'targets');
          empty(target);
          const check = ourCheck(input, target, { env: await coldCache() });
          // What other systems need, the configuration does not allow.
          return (await run({ ...check, args: [...check.args, ...wanted], statuses: [0, 1] }))
            .seconds;
        },
      },
      {
        name: 'plain',
        async measure() {
          let seconds = 0;
          for (const target of targets) {
            context.tell(`targets: ${input.name}, cargo build for ${target}`);
            const directory = targetOf(input, `plain-${target}`);
            empty(directory);
            seconds += (await run(await buildFor(input, directory, { target, host }))).seconds;
          }
          return seconds;
        },
      },
    ],
    context.rounds(2),
  );
  const [ours, plain] = [results.get('ours') ?? [], results.get('plain') ?? []];
  return {
    ...{ name: 'targets: a cold check for three targets ÷ three builds', input: input.name },
    ...{ unit: 's', ours: spread(ours), other: spread(plain), value: ratio(ours, plain) },
    goal: { atMost: 0.8 },
  };
}

/** The parsers as a native program, on the libraries of a build for each target against those for this machine.
 * @param {Context} context @param {Input} input @param {string} host */
async function speeds(context, input, host) {
  const native = await nativeParsers();
  /** @type {Map<string, string[]>} */
  const files = new Map();
  for (const target of [host, ...formats]) {
    context.tell(`formats: ${input.name} for ${target}`);
    const directory = targetOf(input, `formats-${target}`);
    await run(await buildFor(input, directory, { target, host }));
    const deps = join(directory, target, 'cackle', 'deps');
    const found = readdirSync(deps).filter((name) => name.endsWith('.rlib'));
    files.set(
      target,
      found.sort().map((name) => join(deps, name)),
    );
  }
  const results = await alternate(
    [...files].map(([name, args]) => ({ name, measure: () => extracted(native, args) })),
    context.rounds(7),
  );
  const of = (/** @type {string} */ target, /** @type {keyof Extraction} */ figure) =>
    (results.get(target) ?? []).map((extraction) => extraction[figure]);
  return formats.flatMap((target) => {
    const name = `${input.name}, ${target}`;
    const [speed, elf] = [of(target, 'megabytesPerSecond'), of(host, 'megabytesPerSecond')];
    const [time, elfTime] = [of(target, 'seconds'), of(host, 'seconds')];
    return [
      {
        ...{ name: 'formats: parsers, bytes of this format ÷ of ELF', input: name, unit: 'MB/s' },
        ...{ ours: spread(speed), other: spread(elf), value: ratio(speed, elf) },
        goal: { atLeast: 0.8 },
      },
      {
        ...{
          name: 'formats: parsers, one program in this format ÷ in ELF',
          input: name,
          unit: 's',
        },
        ...{ ours: spread(time), other: spread(elfTime), value: ratio(time, elfTime) },
        // ELF takes more bytes for the same code: a section for each function, relocations of 24 bytes and not 8 or 10.
        goal: { atMost: 1.25 },
      },
    ];
  });
}

/** @typedef {{ seconds: number, megabytesPerSecond: number }} Extraction */
/** @param {string} native @param {readonly string[]} args @returns {Promise<Extraction>} */
async function extracted(native, args) {
  return JSON.parse((await run({ program: native, args, cwd: repository })).stdout);
}

/**
 * Cargo alone for a target. Programs of other systems cannot be linked here: a linker that writes an empty file takes cargo's side.
 * @param {Input} input @param {string} directory @param {{ target: string, host: string }} systems
 */
async function buildFor(input, directory, { target, host }) {
  const build = await plainBuild(input, directory, 'cackle');
  const variable = `CARGO_TARGET_${target.toUpperCase().replaceAll('-', '_')}_LINKER`;
  const tools = target === host ? {} : { [variable]: emptyLinker(), PATH: withEmptyDlltool() };
  return { ...build, args: [...build.args, '--target', target], env: { ...build.env, ...tools } };
}

/** A PATH at whose end is a dlltool that writes an archive without members: rustc wants one for `raw-dylib`, linked or not. */
function withEmptyDlltool() {
  const directory = join(bench, 'empty-tools');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'x86_64-w64-mingw32-dlltool');
  writeFileSync(
    file,
    `#!/bin/sh
while [ $# -gt 0 ]; do
  if [ "$1" = -l ]; then printf '!<arch>\\n' > "$2"; fi
  shift
done
`,
  );
  chmodSync(file, 0o755);
  return `${process.env.PATH}:${directory}`;
}

function emptyLinker() {
  mkdirSync(bench, { recursive: true });
  const file = join(bench, 'empty-linker');
  writeFileSync(
    file,
    `#!/bin/sh
for word in "$@"; do
  case $word in
    @*) for inner in $(tr -d '"' < "\${word#@}"); do set -- "$@" "$inner"; done ;;
  esac
done
while [ $# -gt 0 ]; do
  case $1 in
    -o) : > "$2" ;;
    /OUT:*) : > "\${1#/OUT:}" ;;
  esac
  shift
done
`,
  );
  chmodSync(file, 0o755);
  return file;
}

/** The target of this machine. @param {Context} context */
function hostOf({ compiler }) {
  const [, host] = /^host: (.+)$/m.exec(compiler) ?? [];
  if (host === undefined) throw new Error(`rustc names no host: ${compiler}`);
  return host;
}

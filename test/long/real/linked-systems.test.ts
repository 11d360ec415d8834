import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RecordStore, storeLocation } from '../../../engine/facts/store.ts';
import { factString, NONE } from '../../../engine/facts/tables.ts';
import type { LinkRecord } from '../../../engine/facts/unit-record.ts';
import type { JoinInput } from '../../../engine/graph/join-input.ts';
import type { JoinedOutput } from '../../../engine/graph/link.ts';
import { Joiner } from '../../../engine/judge/joiner.ts';
import { packageRoot } from '../../../engine/paths.ts';
import { factsFile } from '../../../engine/units/inputs.ts';
import { outputSpec } from '../../../engine/units/output-spec.ts';
import { loadWorkspace } from '../../../engine/workspace/metadata.ts';
import { fetchRealCrate } from '../../../tools/real-crates.mjs';
import { cackle, fixture } from '../../support/cackle.ts';
import { noTargets } from '../../support/targets.ts';
import { sampled, whole } from '../../support/whole.ts';
import { type KeptSymbol, linkedByLld, noLld, readLinkLine } from './rust-lld.ts';
import { allowAll, binsOnly, tell, writeConfig } from './support.ts';

const targets = [
  'x86_64-pc-windows-gnu',
  'x86_64-pc-windows-msvc',
  'aarch64-apple-darwin',
  'x86_64-apple-darwin',
];
const lacking = [noTargets, noLld].filter((text) => text !== undefined).join('; ');
const isLong = process.env.REAL === 'all';
const scratch = join(packageRoot(), 'target', 'real-linked');

/**
 * A wrapper of rustc that leaves the objects of links where they are, and notes the linker's arguments. For MinGW rustc puts all
 * functions of an object into one section, of which a linker keeps all or nothing: there it is to make a section of each.
 */
function wrapper(): string {
  mkdirSync(scratch, { recursive: true });
  const file = join(scratch, 'wrapper');
  writeFileSync(
    file,
    `#!/bin/sh
case " $* " in
*" --target x86_64-pc-windows-gnu "*) RUSTC_BOOTSTRAP=1 exec "$@" -Z function-sections=yes -C save-temps --print link-args="$LINK_LINES/$$" ;;
*" --target "*) exec "$@" -C save-temps --print link-args="$LINK_LINES/$$" ;;
esac
exec "$@"
`,
  );
  chmodSync(file, 0o755);
  return file;
}

interface Comparison {
  outputs: number;
  symbols: number;
  /** Of them, those that stand for a node of ours; the others are labels of a compiler. */
  known: number;
  live: number;
  /** Live for us, and kept from another object alone: of COMDATs of one name a linker takes one. */
  elsewhere: number;
  /** Live for us, and not kept. */
  dropped: number;
  /** Dead for us, and not kept. */
  dead: number;
  readonly wrong: string[];
}

/**
 * Symbols that are none of a program: exception tables and parts of functions that handle exceptions, jump tables, data without
 * a name. They are live by what they belong to.
 */
const labels =
  /^(?:GCC_except_table|ltmp|l_|literal string: |EH_Frame|\?(?:dtor|catch|filt|fin)\$|\$ehgcr_|\$(?:cppxdata|stateUnwindMap|ip2state|tryMap|handlerMap)\$|\.)/;

/** A node of the join by the object and the name that a map file has for it. */
function* namedNodes(
  joined: JoinedOutput,
  { inputs }: LinkRecord,
): Generator<{ object: string; name: string; isLive: boolean; path: string }> {
  for (let input = 0; input < joined.inputs.length; input++) {
    const { loaded } = joined.inputs[input] as JoinInput;
    const { facts } = loaded;
    const { path = '' } = inputs[input] ?? {};
    for (let node = 0; node < facts.nodeSection.length; node++) {
      const entity = facts.nodeEntity[node] as number;
      if (entity === NONE) continue;
      const member = factString(facts, facts.memberName[loaded.memberOfNode(node)] as number);
      yield {
        object: basename(member === '' ? path : member),
        name: factString(facts, facts.entityString[entity] as number),
        isLive: joined.isLive({ input, node }),
        path,
      };
    }
  }
}

const key = ({ object, name }: KeptSymbol): string => `${object}\0${name}`;

/** Compares symbols object by object, and adds what it finds. `isOurs` says which inputs are compared. */
function compare(
  found: Comparison,
  joined: JoinedOutput,
  link: LinkRecord,
  kept: readonly KeptSymbol[],
  isOurs: (path: string) => boolean,
): void {
  const nodes = new Map<string, { name: string; live: number; all: number }>();
  const objects = new Set<string>();
  for (const { path, isLive, ...symbol } of namedNodes(joined, link)) {
    if (!isOurs(path)) continue;
    objects.add(symbol.object);
    const { live, all } = nodes.get(key(symbol)) ?? { live: 0, all: 0 };
    nodes.set(key(symbol), { name: symbol.name, live: live + Number(isLive), all: all + 1 });
  }
  const times = new Map<string, { symbol: KeptSymbol; count: number }>();
  for (const symbol of kept) {
    if (!objects.has(symbol.object)) continue;
    times.set(key(symbol), { symbol, count: (times.get(key(symbol))?.count ?? 0) + 1 });
  }
  const label = ({ object, name }: KeptSymbol): string =>
    `${basename(link.output)}: ${name} of ${object} is linked, and`;
  for (const [at, { symbol, count }] of times) {
    const known = nodes.get(at);
    found.symbols += count;
    if (known !== undefined) found.known += count;
    else if (!labels.test(symbol.name)) found.wrong.push(`${label(symbol)} in no input of ours`);
    if (known !== undefined && known.live < Math.min(count, known.all))
      found.wrong.push(`${label(symbol)} dead for us`);
  }
  const names = new Set(kept.map(({ name }) => name));
  for (const [at, { name, live, all }] of nodes) {
    found.live += live;
    if (times.has(at)) continue;
    if (live === 0) found.dead += all;
    else if (names.has(name)) found.elsewhere++;
    else found.dropped++;
  }
}

/** Checks a workspace for a target and links each of its outputs. */
async function linkAll(path: string, target: string, args: readonly string[]): Promise<string> {
  const lines = join(scratch, `lines-${target}`);
  rmSync(lines, { recursive: true, force: true });
  mkdirSync(lines, { recursive: true });
  const ran = await cackle(['-n', '--path', path, '--target', target, ...args], {
    RUSTC_WRAPPER: wrapper(),
    LINK_LINES: lines,
  });
  expect([0, 1], ran.stderr).toContain(ran.status);
  const asked = new Map(
    readdirSync(lines)
      .map((file) => readLinkLine(readFileSync(join(lines, file), 'utf8')))
      .map((line) => [line.output, line]),
  );
  const location = storeLocation(join(path, 'target'));
  const workspace = await loadWorkspace({ path });
  const joiner = new Joiner();
  const found: Comparison = {
    ...{ outputs: 0, symbols: 0, known: 0, live: 0, elsewhere: 0, dropped: 0, dead: 0 },
    wrong: [],
  };
  const store = await RecordStore.open(location.root);
  for (const unit of await store.units()) {
    if (unit.target !== target) continue;
    for (const link of unit.links) {
      if (link.outputKind === 'static-library') continue;
      const line = asked.get(link.output);
      if (line === undefined) throw new Error(`no link line for ${link.output}`);
      const kept = linkedByLld(target, link.outputKind, line, scratch);
      const joined = joiner.join(
        outputSpec(link, unit.targetName, (input, facts) =>
          factsFile(location, workspace, input, facts),
        ),
      );
      // The standard library for MinGW has its functions in one section.
      const isOurs = (input: string): boolean =>
        !target.endsWith('-gnu') || input.startsWith(join(path, 'target'));
      compare(found, joined, link, kept, isOurs);
      found.outputs++;
    }
  }
  expect(found.wrong).toEqual([]);
  // Or the comparison says nothing.
  expect(Math.min(found.outputs, found.known, found.dead)).toBeGreaterThan(0);
  return `${found.outputs} outputs, ${found.symbols} symbols kept, ${found.known} of them of our inputs and none dead for us; ${found.dead} dead for both; of ${found.live} live for us ${found.elsewhere} kept from another object and ${found.dropped} not kept`;
}

// Rules 4.3, 4.25: nothing is linked in a check for another system (rule 12.2); here it is, by the linker that rustc brings.
describe.skipIf(lacking !== '')(`outputs for other systems ${lacking}`, () => {
  test.each(isLong ? targets : sampled(targets, 2))(
    'what rust-lld keeps of fixtures is live, on %s',
    async (target) => {
      for (const name of ['kept-by-linkers', ...(whole ? ['targets-of-other-systems'] : [])]) {
        const path = fixture(name, { as: `${name}-${target}` });
        tell(`${name} for ${target}, by rust-lld: ${await linkAll(path, target, [])}`);
      }
    },
    300_000,
  );

  test.runIf(isLong).each(targets)(
    'what rust-lld keeps of ripgrep is live, on %s',
    async (target) => {
      // A tree for each target: this process reads the key of a store once.
      const { path } = fetchRealCrate('ripgrep', join(scratch, target));
      rmSync(join(path, 'target'), { recursive: true, force: true });
      const config = writeConfig(path, 'bins', allowAll(path), binsOnly);
      tell(`ripgrep for ${target}, by rust-lld: ${await linkAll(path, target, ['-c', config])}`);
    },
    1_200_000,
  );
});

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../engine/config/read.ts';
import { configSchema, SCHEMA_FILE, schemaLine } from '../engine/config/schema.ts';
import { ConfigError } from '../engine/config/types.ts';
import { CheckError } from '../engine/errors.ts';
import { parseLock } from '../engine/inventory/lock.ts';
import { LOCK_SCHEMA_FILE, lockJsonSchema } from '../engine/inventory/lock-json-schema.ts';
import { packageRoot } from '../engine/paths.ts';
import { exporting } from './fixes/support.ts';
import { cackle, check, fixture, run, workspacePlace } from './support/cackle.ts';

// Rule 2.16: the schema that editors read says what the reader says, as far as that does not depend on the tree.

const schemaFile = (name: string): string => join(packageRoot(), 'schemas', name);

test.each([
  [SCHEMA_FILE, configSchema],
  [LOCK_SCHEMA_FILE, lockJsonSchema],
])('rule 2.16: %s in the repository is as it is generated', (name, generate) => {
  if (process.env.SCHEMAS_BLESS === '1') writeFileSync(schemaFile(name), generate());
  expect(readFileSync(schemaFile(name), 'utf8'), '`npm run schemas` writes it anew').toBe(
    generate(),
  );
});

/** A part of the schema, as far as these tests look at it. */
interface Part {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: boolean;
  readonly items?: Part;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly patternProperties?: Readonly<Record<string, Part>>;
  readonly additionalProperties?: Part | false;
}

/** A key of the schema by its path in a file. */
interface Key {
  readonly path: readonly string[];
  readonly part: Part;
}

/** All keys below a part; `x` stands for the name of a package or API. */
function keysBelow(part: Part, path: readonly string[] = []): Key[] {
  if (part.items?.properties !== undefined) return keysBelow(part.items, path);
  const named = [...Object.values(part.patternProperties ?? {}), part.additionalProperties];
  const below = [
    ...Object.entries(part.properties ?? {}),
    ...named.flatMap((value) => (value ? [['x', value] as const] : [])),
  ];
  return below.flatMap(([name, inner]) => {
    const inside = [...path, name];
    return [{ path: inside, part: inner }, ...keysBelow(inner, inside)];
  });
}

const keys = keysBelow(JSON.parse(configSchema()) as Part);

/** Whether our reader takes a text, in a tree that has every package. */
function isTaken(text: string): boolean {
  try {
    parseConfig('cackle.toml', text, exporting);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

/** Has taplo check texts by the schema; gives the names of those that it refuses. */
async function refusedByTaplo(
  texts: ReadonlyMap<string, string>,
  as: string,
  name = SCHEMA_FILE,
): Promise<string[]> {
  const directory = workspacePlace(as);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const files = [...texts].map(([name, text], index) => {
    const file = `${index}.toml`;
    writeFileSync(join(directory, file), text);
    return { name, file };
  });
  const schema = pathToFileURL(schemaFile(name)).href;
  const { stderr } = await taplo(['--schema', schema, join(directory, '*.toml')]);
  expect(stderr).toContain(`total=${files.length} excluded=0`);
  const refused = new Set(
    [...stderr.matchAll(/invalid file error=(.*?) path="(?:[^"]*\/)?(\d+\.toml)"/g)].map(
      ([, reason, file]) => {
        expect(reason).toBe('schema validation failed');
        return file;
      },
    ),
  );
  return files.filter(({ file }) => refused.has(file)).map(({ name }) => name);
}

function taplo(args: readonly string[]): ReturnType<typeof run> {
  const program = join(packageRoot(), 'node_modules', '@taplo', 'cli', 'dist', 'cli.js');
  const options = ['lint', '--no-auto-config', '--colors', 'never'];
  return run(process.execPath, [program, ...options, ...args]);
}

const begin = '[common]\nversion = 3\n';

/** A text that sets one key, with what else a valid file needs. */
const setting = (path: readonly string[], value: string): string =>
  path[1] === 'build' && path.length === 3
    ? `${begin}[[common.build]]\n${path[2]} = ${value}\n`
    : path.join('.') === 'common.version'
      ? `common.version = ${value}\n`
      : path[0] === 'common' && path.length > 1
        ? `${begin}${path[1]} = ${value}\n`
        : path.join('.') === 'common'
          ? `common = ${value}\n`
          : `${path.join('.')} = ${value}\n${begin}`;

/** Values that a key takes. */
function right({ path, part }: Key): string[] {
  const name = path.at(-1) ?? '';
  if (part.enum !== undefined) return part.enum.map((value) => JSON.stringify(value));
  if (part.items?.enum !== undefined) return ['[]', JSON.stringify(part.items.enum)];
  if (part.const !== undefined) return [String(part.const)];
  if (part.type === 'boolean') return ['true', 'false'];
  if (part.type === 'integer') return ['1', '2', '3'];
  if (part.type === 'string') return ['"text"'];
  if (part.type === 'object')
    return path.length === 1 && name === 'common' ? ['{ version = 3 }'] : ['{}'];
  if (part.items?.properties !== undefined) return ['[]', '[{}]', '[{ features = ["x"] }]'];
  // What these may name depends on the rest of the file, or on the tree.
  return ['allow_apis', 'import'].includes(name) ? ['[]'] : ['[]', '["text"]'];
}

/** Values of each type that a key does not take, and what its items may not be. */
function wrong({ path, part }: Key): string[] {
  const ofType: Readonly<Record<string, string[]>> = {
    boolean: ['true'],
    integer: ['1'],
    string: ['"text"'],
    array: ['[]'],
    object: ['{}'],
    number: ['1.5'],
    date: ['2026-01-01'],
  };
  // JSON has no dates: to a schema, one is a text.
  const also = part.type === 'string' ? ['date'] : [];
  const others = Object.entries(ofType).flatMap(([type, values]) =>
    type === part.type || also.includes(type) ? [] : values,
  );
  const name = path.at(-1) ?? '';
  return [
    ...others,
    ...(part.type === 'integer' ? ['0', '-1', '4'] : []),
    ...(part.const === undefined ? [] : [String(!part.const)]),
    ...(part.enum === undefined ? [] : ['"none"', '"disabled"', '""']),
    ...(part.type === 'object' && name !== 'api' && name !== 'pkg' ? ['{ no_such_key = 1 }'] : []),
    ...(part.type === 'array' ? ['[1]', '[["text"]]', '[true]'] : []),
    ...(part.items?.properties === undefined ? [] : ['["text"]', '[{ no_such_key = 1 }]']),
    ...(part.items?.enum === undefined ? [] : ['["fss"]', '["fs", "fs"]']),
    ...(name === 'allow_apis' ? ['[""]'] : []),
    ...(name === 'source' ? ['""'] : []),
    ...(name === 'include' || name === 'exclude'
      ? ['["std::"]', '["a b"]', '["std:fs"]', '[""]']
      : []),
    ...(name === 'bind_writable' || name === 'make_writable' ? ['[""]', '["a\\u0000"]'] : []),
    ...(name === 'pass_env' ? ['[""]', '["A=1"]', '["CACKLE_X"]', '["RUSTC_WRAPPER"]'] : []),
    ...(name === 'extra_args' ? ['["\\u0000"]'] : []),
  ];
}

describe('rule 2.16: the schema and the reader say the same', () => {
  test('every key has a text for completion', () => {
    expect(keys.length).toBeGreaterThan(80);
    const without = keys.filter(({ part }) => !/^\S.{15,}\.$/.test(part.description ?? ''));
    expect(without.map(({ path }) => path.join('.'))).toEqual([]);
    // The names of each scope of a package (rule 1.3) are among them.
    const paths = keys.map(({ path }) => path.join('.'));
    for (const scope of ['', '.build', '.test', '.from.build', '.from.test'])
      expect(paths).toContain(`pkg.x${scope}.allow_apis`);
  });

  test('what each key takes', async () => {
    const texts = new Map(
      keys.flatMap((key) =>
        right(key).map((value) => [`${key.path.join('.')} = ${value}`, setting(key.path, value)]),
      ),
    );
    expect([...texts].filter(([, text]) => !isTaken(text)).map(([name]) => name)).toEqual([]);
    expect(await refusedByTaplo(texts, 'schema-right')).toEqual([]);
  });

  test('what each key does not take', async () => {
    const texts = new Map(
      keys.flatMap((key) =>
        wrong(key).map((value) => [`${key.path.join('.')} = ${value}`, setting(key.path, value)]),
      ),
    );
    texts.set('nothing', '');
    texts.set('no version', '[common]\nimport_std = []\n');
    texts.set('an unknown table', `${begin}[package.x]\n`);
    texts.set('a table of a scope that there is not', `${begin}[pkg.x.from.bench]\n`);
    texts.set('a list of tables', `${begin}[[pkg.x]]\n`);
    const names = [...texts.keys()];
    expect([...texts].filter(([, text]) => isTaken(text)).map(([name]) => name)).toEqual([]);
    const refused = new Set(await refusedByTaplo(texts, 'schema-wrong'));
    expect(names.filter((name) => !refused.has(name))).toEqual([]);
  });

  test('every cackle.toml of the examples and fixtures that can be read is valid', async () => {
    const texts = new Map<string, string>();
    for (const place of ['examples', 'test/fixtures'])
      for (const name of readdirSync(join(packageRoot(), place), { recursive: true })) {
        const file = join(packageRoot(), place, String(name));
        if (!file.endsWith('/cackle.toml') || /\/target\//.test(file)) continue;
        const text = readFileSync(file, 'utf8');
        if (isTaken(text)) texts.set(relative(packageRoot(), file), text);
      }
    expect(texts.size).toBeGreaterThan(100);
    expect(await refusedByTaplo(texts, 'schema-fixtures')).toEqual([]);
  });
});

describe('rule 2.16: the first line of a new cackle.toml', () => {
  test('taplo finds the schema by it, after init and after a check, also in a place with a blank', async () => {
    const directory = fixture('simple-without-configuration', { as: 'schema of a new' });
    expect((await cackle(['init', '--path', directory])).status).toBe(0);
    const file = join(directory, 'cackle.toml');
    const text = readFileSync(file, 'utf8');
    expect(text.split('\n').slice(0, 3)).toEqual([
      `#:schema ./target/.cackle/${SCHEMA_FILE}`,
      '',
      '[common]',
    ]);
    expect((await taplo([file])).status).toBe(0);
    writeFileSync(file, `${text}colour = "red"\n`);
    const refused = await taplo([file]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('schema validation failed');
    const schema = join(directory, 'target', '.cackle', SCHEMA_FILE);
    rmSync(schema);
    writeFileSync(file, text.replace('kind = "Bubblewrap"', 'kind = "Disabled"'));
    await check(directory, ['--quiet']);
    expect(readFileSync(schema, 'utf8')).toBe(configSchema());
  });

  test('a target directory elsewhere: no line, for it would hold on one machine alone', async () => {
    const directory = fixture('simple-without-configuration', { as: 'schema-elsewhere' });
    const target = workspacePlace('schema-elsewhere-target');
    const env = { CARGO_TARGET_DIR: target };
    expect((await cackle(['init', '--path', directory], env)).status).toBe(0);
    expect(readFileSync(join(directory, 'cackle.toml'), 'utf8')).toMatch(/^\[common\]\n/);
    expect(existsSync(join(target, '.cackle', SCHEMA_FILE))).toBe(false);
    expect(schemaLine('/a b/c', '/a b/c/my target/.cackle')).toBe(
      `#:schema ./my%20target/.cackle/${SCHEMA_FILE}`,
    );
    expect(schemaLine('/a', '/a')).toBeUndefined();
  });

  test('a cackle.toml that is there stays as it is', async () => {
    const directory = fixture('simple', { config: '', as: 'schema-there' });
    const file = join(directory, 'cackle.toml');
    const before = readFileSync(file, 'utf8');
    expect((await cackle(['-n', '--auto-accept-fixes', '--path', directory])).status).toBe(0);
    const after = readFileSync(file, 'utf8');
    expect(after).not.toBe(before);
    expect(after).not.toContain('#:schema');
  });
});

test('rules 2.16, 11.2: what `cackle lock` writes is valid, and what it cannot read is not', async () => {
  const directory = fixture('simple', { as: 'schema-lock' });
  expect((await cackle(['lock', '--path', directory])).status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.lock'), 'utf8');
  expect(text).toContain('facts = [');
  const only = 'version = 1\ntargets = []\n';
  const right = new Map([
    ['written', text],
    ['nothing in it', only],
  ]);
  const wrong = new Map([
    ['another version', text.replace('version = 2', 'version = 3')],
    ['no targets', text.replace(/^targets.*\n/m, '')],
    ['an unknown key', `${only}colour = 1\n`],
    ['an unknown key of a package', text.replace('name = ', 'colour = "red"\nname = ')],
    ['no name', text.replace(/^name.*\n/m, '')],
    ['a fact that is no text', text.replace('facts = [', 'facts = [1,')],
    ['a table for the list', `${only}[package]\n`],
  ]);
  const refuses = (content: string): boolean => {
    try {
      parseLock(content, 'cackle.lock');
      return false;
    } catch (error) {
      if (error instanceof CheckError) return true;
      throw error;
    }
  };
  expect([...right].filter(([, content]) => refuses(content))).toEqual([]);
  expect([...wrong].filter(([, content]) => !refuses(content))).toEqual([]);
  expect(await refusedByTaplo(right, 'schema-lock-right', LOCK_SCHEMA_FILE)).toEqual([]);
  const refused = await refusedByTaplo(wrong, 'schema-lock-wrong', LOCK_SCHEMA_FILE);
  expect(refused).toEqual([...wrong.keys()]);
  const lockKeys = keysBelow(JSON.parse(lockJsonSchema()) as Part);
  expect(lockKeys.map(({ path }) => path.join('.'))).toContain('package.facts');
  expect(lockKeys.filter(({ part }) => !part.description?.endsWith('.'))).toEqual([]);
});

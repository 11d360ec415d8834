/**
 * Updates of published programs: the versions that differ between an older and a newer lock file. All other versions are those
 * that the program was published with. `right` says of each gain why it is one, as read in the sources of the crates.
 *
 * @typedef {object} Update
 * @property {string} program name of the package in the registry
 * @property {string} version
 * @property {Readonly<Record<string, string>>} older
 * @property {Readonly<Record<string, string>>} newer of packages for which the published version is not the newer one
 */

/** @type {Readonly<Record<string, readonly string[]>>} How each program is built: its programs, without C code. */
export const BUILD_FLAGS = Object.freeze({
  'fd-find': ['--bins', '--no-default-features', '--features', 'completions'],
});

/** @type {readonly Update[]} */
export const UPDATES = Object.freeze([
  ...of('hyperfine', '1.20.0', [
    [{}, { anyhow: '1.0.105', rand: '0.8.6' }],
    [{ colored: '2.1.0', console: '0.15.7' }],
    [{}, { rustix: '1.1.4', terminal_size: '0.4.4' }],
  ]),
  ...of('hexyl', '0.17.0', [
    [{ anyhow: '1.0.75' }],
    [{}, { anyhow: '1.0.105', thiserror: '1.0.69' }],
    [{ rustix: '0.38.34' }, { libc: '0.2.186', terminal_size: '0.4.3' }],
  ]),
  ...of('ripgrep', '15.2.0', [
    [{ memchr: '2.7.6', 'aho-corasick': '1.1.3' }],
    [{ 'crossbeam-deque': '0.8.6', 'crossbeam-epoch': '0.9.18', 'crossbeam-utils': '0.8.21' }],
    [
      { anyhow: '1.0.100', serde_json: '1.0.149' },
      { walkdir: '2.5.1', globset: '0.4.22' },
    ],
  ]),
  ...of('fd-find', '10.5.0', [
    [{}, { ctrlc: '3.5.3' }],
    [{}, { jiff: '0.2.35', anyhow: '1.0.105' }],
    [{ ignore: '0.4.29', 'aho-corasick': '1.1.3' }, { ignore: '0.4.35' }],
  ]),
  ...of('sd', '1.0.0', [
    [{}, { memmap2: '0.9.12', tempfile: '3.27.0' }],
    [{}, { rayon: '1.12.0', 'crossbeam-deque': '0.8.7' }],
    [{}, { 'is-terminal': '0.4.17', thiserror: '1.0.69', regex: '1.12.4' }],
  ]),
]);

/**
 * @param {string} program @param {string} version
 * @param {readonly (readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>?])[]} updates
 * @returns {Update[]}
 */
function of(program, version, updates) {
  return updates.map(([older, newer = {}]) => ({ program, version, older, newer }));
}

import type { Call } from './line.ts';
import { argument, nothing, type Reading, type Told } from './told.ts';
import {
  openFileOf,
  splitArguments,
  stringBytes,
  UnreadableTrace,
  UnreadMemory,
} from './values.ts';

/**
 * Returns an address: `127.0.0.1:9`, `[::1]:9`, `unix:/run/x`, `unix:@name`, or the name of another family. Undefined for none, for
 * the kernel itself (netlink), and for an unnamed socket. Throws {@link UnreadableTrace}.
 */
export function addressOf(text: string): string | undefined {
  if (text === 'NULL') return undefined;
  if (/^0x[0-9a-f]+$/.test(text)) throw new UnreadMemory('an address');
  const [, family] = /\bsa_family=(\w+)/.exec(text) ?? [];
  if (family === undefined) throw new UnreadableTrace(`not an address: ${text}`);
  if (family === 'AF_NETLINK') return undefined;
  if (family === 'AF_UNSPEC') return unspecified(text);
  if (family === 'AF_UNIX') {
    const [, abstract, quoted] = /\bsun_path=(@?)("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
    // A socket without a name has no path.
    if (quoted === undefined && /\bsun_path=/.test(text))
      throw new UnreadableTrace(`not an address: ${text}`);
    return quoted === undefined ? undefined : `unix:${abstract}${stringBytes(quoted)}`;
  }
  const [, port] = /\bsin6?_port=htons\((\d+)\)/.exec(text) ?? [];
  const [, four] = /\binet_addr\("([0-9.]+)"\)/.exec(text) ?? [];
  const [, six] = /\binet_pton\(AF_INET6, "([0-9a-f.:]+)"/.exec(text) ?? [];
  if (family === 'AF_INET' && port !== undefined && four !== undefined) return `${four}:${port}`;
  if (family === 'AF_INET6' && port !== undefined && six !== undefined) return `[${six}]:${port}`;
  if (family === 'AF_INET' || family === 'AF_INET6')
    throw new UnreadableTrace(`not an address of the network: ${text}`);
  return family;
}

/** The kernel takes such an address for one of IPv4 when a datagram is sent to it. */
function unspecified(text: string): string {
  const [, quoted] = /\bsa_data=("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  const [high, low, ...rest] = (quoted === undefined ? undefined : stringBytes(quoted)) ?? [];
  if (high === undefined || low === undefined || rest.length < 4) return 'AF_UNSPEC';
  return `${rest.slice(0, 4).join('.')}:${high * 256 + low}`;
}

const toAddress =
  (what: 'connect' | 'bind' | 'send', index: number): Reading =>
  (call) => {
    const text = argument(call, index);
    // To connect to no family ends a connection.
    if (what === 'connect' && /^\{sa_family=AF_UNSPEC\b/.test(text)) return nothing;
    const of = addressOf(text);
    return of === undefined ? nothing : [{ tells: 'address', what, of, socket: socketOf(call) }];
  };

const socketOf = (call: Call): string => openFileOf(argument(call, 0)).name ?? '';

const sendsTo: Reading = (call) => {
  // Messages to the kernel (netlink) are structures; what strace cannot read is sent all the same.
  const sent = argument(call, 1);
  const bytes = /^(?:[[{]|0x)/.test(sent) ? undefined : stringBytes(sent);
  const data =
    bytes === undefined ? nothing : [{ tells: 'data', bytes, socket: socketOf(call) } as const];
  return [...toAddress('send', 4)(call), ...data];
};

/** Messages are structures: their addresses and the strings that are sent stand somewhere in them. */
const sendsMessages: Reading = (call) => {
  const text = argument(call, 1);
  if (/^0x[0-9a-f]+$/.test(text)) throw new UnreadMemory('a message');
  const socket = socketOf(call);
  const told: Told[] = [];
  // Of a list of messages, strace shows as many as bytes of a string.
  if (/, \.\.\.\]$/.test(text)) throw new UnreadableTrace('a list of messages that was cut short');
  for (const { 0: found, 1: first = '', index } of text.matchAll(/\bmsg_name=(\{|0x[0-9a-f]+)/g)) {
    if (first !== '{') throw new UnreadMemory('an address');
    const start = index + found.length;
    const { end } = splitArguments(text, start, '}');
    const of = addressOf(text.slice(start - 1, end));
    if (of !== undefined) told.push({ tells: 'address', what: 'send', of, socket });
  }
  for (const [, quoted = ''] of text.matchAll(/\biov_base=("(?:[^"\\]|\\.)*")/g)) {
    const bytes = stringBytes(quoted);
    if (bytes !== undefined) told.push({ tells: 'data', bytes, socket });
  }
  return told;
};

/** Families whose sockets do nothing until they have an address, which is told; netlink is the kernel's. */
const plainFamilies = ['AF_UNIX', 'AF_LOCAL', 'AF_INET', 'AF_INET6', 'AF_NETLINK'];

/** What others send can be heard on some sockets as soon as they are made; of one that is refused, its addresses stay unknown. */
const makesSocket: Reading = (call) => {
  const family = argument(call, 0);
  const kind = argument(call, 1).split('|')[0] ?? '';
  const isHeard = kind === 'SOCK_RAW' || kind === 'SOCK_PACKET';
  const isSecret = !plainFamilies.includes(family) || (isHeard && family !== 'AF_NETLINK');
  return [{ tells: 'socket', of: `${family}, ${kind}`, isSecret }];
};

/** How calls about sockets are read. */
export const socketCalls: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['connect', toAddress('connect', 1)],
  ['bind', toAddress('bind', 1)],
  ['listen', (call) => [{ tells: 'listening', socket: socketOf(call) }]],
  ['socket', makesSocket],
  ['sendto', sendsTo],
  ['sendmsg', sendsMessages],
  ['sendmmsg', sendsMessages],
]);

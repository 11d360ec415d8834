import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { InteractiveSession } from './session.ts';

if (parentPort === null) throw new Error('this file is the worker of the terminal UI');
expose(new InteractiveSession(), nodeEndpoint(parentPort));

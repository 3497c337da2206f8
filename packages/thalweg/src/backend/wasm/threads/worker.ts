/**
 * What a helper runs, as the text of a script that needs nothing around it: so it starts the same from source, from `dist` and out
 * of a bundle. It is glue only; what matters is in the modules that it is sent.
 */
import { CONTROL, FAILED, FAILURE_LENGTH } from './control.ts'

/** The first message that a helper gets. */
export interface Introduction {
  readonly memory: WebAssembly.Memory
  /** Address of the control block. */
  readonly control: number
  /** Number of the helper: 1 or more; 0 is the leader. */
  readonly thread: number
  /** A module that exports `park`. */
  readonly parking: WebAssembly.Module
}

/** Every other message. Those to one helper are counted. */
export interface Mail {
  readonly slot: number
  /** A module that exports `help`. */
  readonly plan: WebAssembly.Module
  /** Slots whose plans will not run again. */
  readonly forgotten: readonly number[]
}

/** `receive(message)` in a script, for either kind of worker. */
const BODY = `
let park, env, thread, words, control, received = 0
const plans = new Map()

function count(word, by) {
  Atomics.add(words, (control + word) >> 2, by)
  Atomics.notify(words, (control + word) >> 2)
}

function receive(message) {
  try {
    if (message.parking) {
      ({ thread, control } = message)
      env = { memory: message.memory }
      words = new Int32Array(message.memory.buffer)
      park = new WebAssembly.Instance(message.parking, { env }).exports.park
      count(${CONTROL.ready}, 1)
    } else {
      received++
      for (const slot of message.forgotten) plans.delete(slot)
      plans.set(message.slot, new WebAssembly.Instance(message.plan, { env }).exports.help)
      count(${CONTROL.received}, 1)
    }
  } catch {
    // No memory for one more instance, say. The others work on; this helper is never heard of again.
    if (park) count(${CONTROL.ready}, -1)
    receive = () => {}
    return
  }
  try {
    for (let slot = park(received); slot >= 0; slot = park(received)) plans.get(slot)(thread, received)
  } catch (error) {
    const text = String(error && error.stack || error).slice(0, ${FAILURE_LENGTH})
    const place = new Uint16Array(env.memory.buffer, control + ${CONTROL.failure}, ${FAILURE_LENGTH + 1})
    for (let i = 0; i < text.length; i++) place[i] = text.charCodeAt(i)
    count(${CONTROL.done}, ${FAILED})
    receive = () => {}
  }
}
`

/** For worker_threads of Node. */
export const NODE_WORKER: string = `${BODY}
require('node:worker_threads').parentPort.on('message', (message) => receive(message))
`

/** For Web Workers. */
export const WEB_WORKER: string = `${BODY}
addEventListener('message', ({ data }) => receive(data))
`

/** What is handed to an engine, a profile, a roofline: types say it, a program without them may have something else. */
import { checkBag, checkKnown, ThalwegError } from '../base/index.ts'

/** Whether `value` is an object with these methods. */
function can(value: unknown, ...methods: string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return methods.every((method) => typeof Reflect.get(value, method) === 'function')
}

/** @throws ThalwegError `compile/not-a-backend` */
export function checkBackend(value: unknown): void {
  if (can(value, 'allocate', 'prepare')) return
  throw new ThalwegError('compile/not-a-backend', {
    rule: 'createEngine: an engine needs a backend to run on',
    received: told(value),
    try: "createEngine(wasmBackend()), from 'thalweg/backend'",
  })
}

/** @throws ThalwegError `compile/not-an-engine` */
export function checkEngine(what: string, value: unknown): void {
  if (can(value, 'compile', 'free')) return
  throw new ThalwegError('compile/not-an-engine', {
    rule: `${what}: engine must be what createEngine gives`,
    received: told(value),
    try: "createEngine(wasmBackend()), from 'thalweg/compile' and 'thalweg/backend', or leave it out",
  })
}

/** @throws ThalwegError `compile/not-a-plan` */
export function checkPlan(what: string, value: unknown): void {
  if (can(value, 'rerun', 'kernelRuns')) return
  throw new ThalwegError('compile/not-a-plan', {
    rule: `${what}: there must be a plan to run`,
    received: told(value),
    try: 'give what engine.compile returns, or the plan of a session',
  })
}

/** @throws ThalwegError `compile/bad-roofline` where either number is missing, or is none above 0 */
export function checkRoofline(what: string, value: unknown): void {
  const rateOf = (name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  const bad = ['operationsPerSecond', 'bytesPerSecond'].find((name) => {
    const rate = rateOf(name)
    return typeof rate !== 'number' || !(rate > 0 && rate < Infinity)
  })
  if (bad === undefined) return
  throw new ThalwegError('compile/bad-roofline', {
    rule: `${what}: a roofline must have operationsPerSecond and bytesPerSecond, finite and above 0`,
    received: typeof value === 'object' && value !== null ? `${bad} ${String(rateOf(bad))}` : told(value),
    try: 'give what measureRoofline(engine) returns, or { operationsPerSecond: 100e9, bytesPerSecond: 30e9 }',
  })
}

/** @throws ThalwegError `compile/bad-option`, `compile/unknown-option` with near names */
export function checkNames(what: string, given: object, names: readonly string[]): void {
  checkBag('compile/bad-option', what, given, names)
  checkKnown('compile/unknown-option', what, given, names)
}

/** @throws ThalwegError `compile/bad-option` */
export function checkAtLeast0(what: string, option: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return
  throw new ThalwegError('compile/bad-option', {
    rule: `${what}: ${option} must be a finite number of at least 0`,
    received: `${option} ${String(value)}`,
    try: `give ${option} a number such as 2`,
  })
}

function told(value: unknown): string {
  if (typeof value === 'function') return `the function ${value.name}`
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  const names = Object.keys(value)
  return names.length === 0 ? 'an object with nothing in it' : `an object with ${names.slice(0, 4).join(', ')}`
}

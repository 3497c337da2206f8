/** What a run is known by again: the settings that may not change where it goes on from a checkpoint. */
import { ThalwegError } from '../base/index.ts'
import { describeRules } from '../optim/rules.ts'
import type { Signature } from './checkpoint.ts'
import type { FitOptions } from './options.ts'
import type { Settings } from './settings.ts'

export async function signatureOf(settings: Settings, batchSize: FitOptions['batchSize'] = 64): Promise<Signature> {
  const { seed, orders, monitor, optimizer, loss, train } = settings
  return {
    seed,
    batchSize,
    order: { name: orders.name, fingerprint: await orders.fingerprint() },
    metric: monitor.name,
    optimizer: { name: optimizer.name, options: optimizer.options },
    rules: describeRules(settings),
    loss: { name: loss.name, options: loss.options },
    examples: train.size,
    data: await train.fingerprint(),
  }
}

/**
 * @throws ThalwegError `train/resume-mismatch` where a run that is to go on differs from the one that was interrupted
 */
export function checkSignature(now: Signature, before: Signature): void {
  for (const key of Object.keys(now) as (keyof Signature)[]) {
    const [is, was] = [JSON.stringify(now[key]), JSON.stringify(before[key])]
    if (is === was) continue
    throw new ThalwegError('train/resume-mismatch', {
      rule: `resume: ${key} must be what it was when the run began`,
      received: `${is ?? 'none'}, it was ${was ?? 'none'}`,
      try:
        key === 'data' || key === 'examples'
          ? 'give the same data, or start a new run'
          : `give the same ${key}, or start a new run`,
    })
  }
}

import { expect, it } from 'vitest'
import type { EpochEvent } from './events.ts'
import type { Monitor } from './monitor.ts'
import { type EarlyStoppingOptions, reasonToStop } from './stopping.ts'

/** The epoch in which a run with these values stops, and why. */
function stop(values: readonly number[], options: EarlyStoppingOptions, better: Monitor['better'] = 'lower'): unknown {
  const monitor: Monitor = { name: 'value', better, of: ({ epoch }) => values[epoch - 1] }
  const history: EpochEvent[] = []
  for (let epoch = 1; epoch <= values.length; epoch++) {
    history.push({ type: 'epoch', epoch, step: epoch, trainLoss: 1, learningRate: 1, seconds: 1 })
    const reason = reasonToStop(history, monitor, options)
    if (reason) return [reason.epoch, reason.reason]
  }
  return undefined
}

// The epochs are those in which keras.callbacks.EarlyStopping stops, counted from 1.
it.each<[string, readonly number[], EarlyStoppingOptions, unknown]>([
  ['while it gets better, never', [5, 4, 3, 2, 1], { patience: 1 }, undefined],
  ['at the first epoch that is no better', [5, 4, 4, 3], { patience: 1 }, [3, 'patience']],
  ['counts anew after an improvement', [5, 6, 4, 6, 6, 6], { patience: 3 }, [6, 'patience']],
  ['does not count crumbs', [5, 4.95, 4.9, 4.85], { patience: 2, minDelta: 0.2 }, [3, 'patience']],
  ['adds crumbs up', [5, 4.9, 4.7, 4.65, 4.6], { patience: 2, minDelta: 0.2 }, [5, 'patience']],
  ['when the baseline is not beaten', [5, 4, 3, 2, 1], { patience: 3, baseline: 2.5 }, [3, 'baseline']],
  ['not once the baseline is beaten in time', [5, 2, 3, 3, 3], { patience: 3, baseline: 2.5 }, [5, 'patience']],
  ['NaN is no improvement', [Number.NaN, Number.NaN, 5], { patience: 2 }, [2, 'patience']],
  ['anything is better than NaN', [Number.NaN, 5, 6, 6], { patience: 2 }, [4, 'patience']],
  ['infinity can be improved upon', [Number.POSITIVE_INFINITY, 5, 6, 6], { patience: 2 }, [4, 'patience']],
])('stops: %s', (_, values, options, expected) => {
  expect(stop(values, options)).toEqual(expected)
  const mirrored = values.map((value) => -value)
  const baseline = options.baseline === undefined ? {} : { baseline: -options.baseline }
  expect(stop(mirrored, { ...options, ...baseline }, 'higher')).toEqual(expected)
})

import { ThalwegError } from '../../base/index.ts'

/** @throws ThalwegError `train/bad-option` */
export function checkStatisticsOptions(
  operation: string,
  { mode, batchSize, epoch }: { mode?: string; batchSize?: number; epoch?: number },
): void {
  if (mode !== undefined && mode !== 'exact' && mode !== 'article') {
    throw new ThalwegError('train/bad-option', {
      rule: `${operation}: mode must be exact or article`,
      received: `mode ${mode}`,
      try: "give mode 'exact', or leave it out; the moving average is what training leaves in the store",
    })
  }
  check(operation, 'batchSize', batchSize, 1)
  check(operation, 'epoch', epoch, 0)
}

function check(operation: string, option: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return
  throw new ThalwegError('train/bad-option', {
    rule: `${operation}: ${option} must be an integer of at least ${least}`,
    received: `${option} ${value}`,
    try: `give ${option} an integer of at least ${least}, or leave it out`,
  })
}

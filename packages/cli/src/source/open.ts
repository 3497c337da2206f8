/** From what was typed after a command to a source, once the options suit it. */
import { usage } from '../errors.ts'
import { resolveSource } from './resolve.ts'
import type { Source } from './source.ts'

export type DataCommand = 'train' | 'check' | 'inspect' | 'range'

/** What the command line says about data. */
export interface DataRequest {
  /** `--target NAME`. */
  readonly target?: string | undefined
  /** `--data DIR`. */
  readonly data?: string | undefined
}

export async function openSource(command: DataCommand, target: string, request: DataRequest): Promise<Source> {
  const source = await resolveSource(target, command)
  refuseIdleOptions(command, source, request)
  return source
}

function refuseIdleOptions(command: string, { takes, name }: Source, request: DataRequest): void {
  const given = { '--target': request.target, '--data': request.data } as const
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined || takes.some((taken) => taken === option)) continue
    throw usage('idle-option', {
      rule: `${command} ${name}: ${option} must mean something to the data`,
      received: `${option} ${value}`,
      try: `leave ${option} out; it is for ${option === '--target' ? 'tables' : 'datasets in files, and experiments'}`,
    })
  }
}

export function nothingGiven(command: DataCommand): Error {
  return usage('no-target', {
    rule: `${command}: there must be something to ${command === 'train' ? 'train on' : command}`,
    received: 'no target',
    try: `thalweg ${command} digits, or thalweg ${command} --help`,
  })
}

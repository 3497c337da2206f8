/** The trials of a study in worker processes: what they are told, and what they do. */
import { ThalwegError } from 'thalweg'
import { folderCheckpoints, type Job, type Outcome, type Report, runTrial, type Workers } from 'thalweg/tune'
import { createVoice } from '../voice.ts'
import { createPool, type Pool, type Task } from '../workers/pool.ts'
import { directionOf, objectiveOf } from './objective.ts'
import { openTunable, type TunableRequest } from './tunable.ts'

export interface TuneTask {
  readonly kind: 'tune'
  readonly request: TunableRequest
  readonly seed: number
  readonly dataFolder: string | undefined
  readonly checkpoints: string
}

export async function openTuneTask({ request, seed, dataFolder, checkpoints }: TuneTask): Promise<Task> {
  const silent = createVoice({ quiet: true }, process)
  const never = new AbortController().signal
  const tunable = await openTunable(request, { seed, folder: dataFolder, voice: silent, signal: never })
  const direction = directionOf(tunable.metric)
  const setting = {
    space: tunable.space,
    objective: objectiveOf(tunable),
    direction,
    checkpoints: folderCheckpoints(checkpoints),
  }
  return (job, { signal, onEvent }) => runTrial(setting, job as Job, { signal, onReport: onEvent })
}

export function processWorkers(
  size: number,
  task: TuneTask,
  environment: Readonly<Record<string, string>>,
): Workers & Pick<Pool, 'close'> {
  const pool = createPool(size, task, environment)
  return {
    size,
    close: pool.close,
    async run(job, { signal, onReport }) {
      try {
        return (await pool.run(job, { signal, onEvent: (report) => onReport(report as Report) })) as Outcome | undefined
      } catch (error) {
        const reason = error instanceof ThalwegError ? reasonOf(error) : undefined
        if (reason === undefined) throw error
        return signal.aborted ? undefined : { status: 'failed', reason }
      }
    },
  }
}

/** Of a trial that ended its process, or was about to: others need not. It may have been more than this machine bears. */
function reasonOf({ code, received }: ThalwegError): string | undefined {
  if (code === 'cli/worker-died') return `its process ended: ${received}`
  return code === 'cli/failed-experiment' || code === 'cli/unfinished-experiment' ? received : undefined
}

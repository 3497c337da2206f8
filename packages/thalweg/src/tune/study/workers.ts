/** Who does the jobs of a study: this process here, other processes in the command line, machines elsewhere. */
import type { Space } from '../space.ts'
import type { Job, Outcome } from './job.ts'
import { runTrial, type TrialControl, type TrialSetting } from './run-trial.ts'

export interface Workers {
  /** Jobs at the same time. */
  readonly size: number
  /** Does a job; nothing comes back where the control's signal ended it. */
  run(job: Job, control: TrialControl): Promise<Outcome | undefined>
}

/** One after the other, in this process: training uses the cores it is given by itself. */
export function inProcess<S extends Space>(setting: TrialSetting<S>): Workers {
  return { size: 1, run: (job, control) => runTrial(setting, job, control) }
}

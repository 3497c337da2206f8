/** What a worker process can be asked to be. */
import type { TuneTask } from '../tune/worker.ts'

export type TaskDescription = TuneTask

/** Does a job; what it returns goes back to the parent. */
export type Task = (
  job: unknown,
  control: { readonly signal: AbortSignal; readonly onEvent: (event: unknown) => void },
) => Promise<unknown>

export async function openTask(description: TaskDescription): Promise<Task> {
  const { openTuneTask } = await import('../tune/worker.ts')
  return openTuneTask(description)
}

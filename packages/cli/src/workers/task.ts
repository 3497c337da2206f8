/** What a worker process can be asked to be. */
import type { MemberTask } from '../ensemble/member.ts'
import type { TuneTask } from '../tune/worker.ts'
import type { Task } from './pool.ts'

export type TaskDescription = TuneTask | MemberTask

export async function openTask(description: TaskDescription): Promise<Task> {
  if (description.kind === 'member') return (await import('../ensemble/member.ts')).openMemberTask(description)
  return (await import('../tune/worker.ts')).openTuneTask(description)
}

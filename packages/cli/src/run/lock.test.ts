import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { emptyFolder } from '../../test/command.ts'
import { holderOf, lockFolder } from './lock.ts'

function leaveLock(folder: string, holder: object): void {
  const usual = { pid: process.pid, host: os.hostname(), since: '2026-01-01T00:00:00.000Z' }
  writeFileSync(path.join(folder, '.lock-0123abcd.json'), JSON.stringify({ ...usual, ...holder }))
}

describe('a lock', () => {
  it('keeps others out until it is released, and leaves nothing', async () => {
    const folder = emptyFolder()
    const lock = await lockFolder(folder)
    expect(await holderOf(folder)).toMatchObject({ pid: process.pid })
    const second = lockFolder(folder)
    await expect(second).rejects.toMatchObject({ code: 'usage/run-in-use' })
    await expect(second).rejects.toThrow(`received: process ${process.pid}, which has it since`)
    lock.release(folder)
    expect(readdirSync(folder)).toEqual([])
    ;(await lockFolder(folder)).release(folder)
  })

  it('of a dead process, or of an earlier one of the same id, is nobody’s', async () => {
    const { pid } = spawnSync(process.execPath, ['--version'])
    for (const holder of [{ pid }, { began: 'long ago' }, { pid: 'torn' }]) {
      const folder = emptyFolder()
      leaveLock(folder, holder)
      expect(await holderOf(folder)).toBeUndefined()
      ;(await lockFolder(folder)).release(folder)
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it.runIf(existsSync('/proc/self/stat'))(
    'of a process that died, and whose parent never asks how, is nobody’s (/proc)',
    async () => {
      // What the shell becomes waits for no child, and has become it before this one ends.
      const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 20'])
      const [pid]: unknown[] = await once(parent.stdout, 'data')
      const stateOf = (): string =>
        readFileSync(`/proc/${Number(pid)}/stat`, 'utf8')
          .split(') ')
          .at(-1)?.[0] ?? ''
      while (stateOf() !== 'Z') await setTimeout(10)
      const folder = emptyFolder()
      leaveLock(folder, { pid: Number(pid) })
      expect(await holderOf(folder)).toBeUndefined()
      parent.kill()
    },
  )

  it('of another machine counts', async () => {
    const folder = emptyFolder()
    leaveLock(folder, { pid: 1, host: 'elsewhere' })
    await expect(lockFolder(folder)).rejects.toThrow(/process 1 on elsewhere, which has it since 2026/)
    expect(readdirSync(folder)).toEqual(['.lock-0123abcd.json'])
  })

  it('is had by one of many that come at once, at most', async () => {
    const folder = emptyFolder()
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
  })
})

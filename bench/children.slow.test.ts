import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'

/** Starts a child that computes and looks at no signal, and says its number. */
const program = `
import { endChildrenWithThis, startChild } from ${JSON.stringify(join(import.meta.dirname, 'children.ts'))}
endChildrenWithThis()
const child = startChild([process.execPath, '-e', 'process.on("SIGTERM", () => 0); console.log("up"); for (;;);'])
child.stdout.once('data', () => console.log(child.pid))
setInterval(() => 0, 1000)`

/** Not counting what is dead and only waits for somebody to ask how it ended. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s to the bench ends those that it started', async (signal) => {
  const bench = spawn(process.execPath, [
    '--conditions=source',
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    program,
  ])
  const [line]: unknown[] = await once(bench.stdout, 'data')
  const pid = Number(String(line))
  expect(isRunning(pid)).toBe(true)
  bench.kill(signal)
  expect(await once(bench, 'exit')).toEqual([130, null])
  for (let waited = 0; isRunning(pid) && waited < 50; waited++) await setTimeout(20)
  expect(isRunning(pid)).toBe(false)
})

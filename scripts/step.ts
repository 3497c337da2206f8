/** Runs one command to its end, prints how it went in one line, and its output only when it failed. */
import { spawn } from 'node:child_process'

export async function runStep(name: string, [command, ...args]: string[]): Promise<boolean> {
  const start = performance.now()
  let output = ''
  const status = await new Promise<number>((resolve) => {
    const child = spawn(command as string, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const keep = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => {
      output += `${error.message}\n`
      resolve(1)
    })
    child.on('close', (code) => resolve(code ?? 1))
  })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
  if (status !== 0) console.log(output.trimEnd())
  return status === 0
}

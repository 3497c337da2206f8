/** The front door: the names most programs need. Everything else stands under its own subpath, `thalweg/nn` and so on. */
export { ThalwegError } from './base/index.ts'

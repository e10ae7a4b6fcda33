/** Updates one after the other in one growing buffer: a replica that costs nothing until it is wanted. */
import * as Y from "yjs";

export class UpdateTape {
  private bytes = new Uint8Array(4096);
  private length = 0;

  /** Bytes of all updates. */
  get size(): number {
    return this.length;
  }

  append(update: Uint8Array): void {
    const end = this.length + 4 + update.length;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    new DataView(this.bytes.buffer).setUint32(this.length, update.length);
    this.bytes.set(update, this.length + 4);
    this.length = end;
  }

  /** Apply everything, in the order in which it came, as one transaction. */
  replay(doc: Y.Doc): void {
    const view = new DataView(this.bytes.buffer);
    doc.transact(() => {
      for (let at = 0; at < this.length;) {
        const length = view.getUint32(at);
        Y.applyUpdate(doc, this.bytes.subarray(at + 4, at + 4 + length));
        at += 4 + length;
      }
    });
  }
}

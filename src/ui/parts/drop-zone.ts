/**
 * A place to drop files or a folder, with buttons that do the same by keyboard. A dropped folder is walked through its
 * entries; File.webkitRelativePath is empty there, so the path is kept by defining it on the file.
 */
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { PageElement } from '../element';
import { icon } from './icons';
import type { Content } from './panel';

async function walk(entry: FileSystemEntry, path: string, found: File[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    Object.defineProperty(file, 'webkitRelativePath', { value: path + file.name, configurable: true });
    found.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const child of batch) await walk(child, `${path}${entry.name}/`, found);
  }
}

async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  const found: File[] = [];
  for (const entry of entries) await walk(entry, '', found);
  return found;
}

@customElement('tg-drop-zone')
export class DropZone extends PageElement {
  @property({ attribute: false }) text: Content = '';
  @property({ attribute: false }) note: Content = '';
  @property({ attribute: false }) button = '';
  /** Pick a folder rather than files. */
  @property({ type: Boolean }) folder = false;
  /** Label of a second button, which picks a folder where the first picks files, and one file where it picks a folder. */
  @property({ attribute: false }) otherButton = '';
  @property({ type: Boolean }) disabled = false;
  @property() accept = '';
  @state() private over = false;

  override render() {
    return html`<div
      class=${classMap({ drop: true, over: this.over })}
      @dragover=${this.onDrag}
      @dragleave=${() => (this.over = false)}
      @drop=${this.onDrop}
    >
      ${icon(this.folder ? 'folder' : 'file')}
      <div>${this.text}<br /><span class="note">${this.note}</span></div>
      <input
        class="sr"
        type="file"
        tabindex="-1"
        aria-label=${this.button}
        multiple
        accept=${(!this.folder && this.accept) || nothing}
        ?webkitdirectory=${this.folder}
        @change=${this.onPick}
      />
      <div class="drop-buttons">
        <button type="button" class="btn" ?disabled=${this.disabled} @click=${this.open}>${this.button}</button>
        ${this.otherButton === '' ? nothing : this.other()}
      </div>
    </div>`;
  }

  private other() {
    return html`<input
        class="sr"
        type="file"
        tabindex="-1"
        data-pick="other"
        aria-label=${this.otherButton}
        ?multiple=${!this.folder}
        ?webkitdirectory=${!this.folder}
        accept=${(this.folder && this.accept) || nothing}
        @change=${this.onPick}
      /><button type="button" class="btn" ?disabled=${this.disabled} @click=${this.openOther}>
        ${this.otherButton}
      </button>`;
  }

  private readonly open = () => this.querySelector('input')!.click();
  private readonly openOther = () => this.querySelector<HTMLInputElement>('[data-pick="other"]')!.click();

  private onDrag(event: DragEvent) {
    event.preventDefault();
    this.over = !this.disabled;
  }

  private async onDrop(event: DragEvent) {
    event.preventDefault();
    this.over = false;
    if (!this.disabled && event.dataTransfer) this.give(await filesOf(event.dataTransfer));
  }

  private onPick(event: Event) {
    const input = event.target as HTMLInputElement;
    this.give([...(input.files ?? [])]);
    input.value = '';
  }

  private give(files: readonly File[]) {
    if (files.length > 0) this.dispatchEvent(new CustomEvent<readonly File[]>('files', { detail: files }));
  }
}

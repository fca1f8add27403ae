package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.NoteContract;

final class MemoryNoteContractTest extends NoteContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}

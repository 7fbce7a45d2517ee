package dev.kryonix.backup.restore;

import dev.kryonix.backup.catalogue.Progress;
import dev.kryonix.backup.catalogue.Restore;
import dev.kryonix.backup.catalogue.Restore.Phase;
import dev.kryonix.backup.catalogue.Restore.PhaseProgress;
import dev.kryonix.backup.catalogue.SourceProgress;
import dev.kryonix.backup.repository.Manifest;
import dev.kryonix.backup.source.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a restore consists of: the order, made explicit, and the manifest that it draws on. */
record Plan(Restore.Order order, Manifest manifest) {

  /** The sources that are put back, in the order of their phases. */
  List<Source> sources() {
    return Arrays.stream(Source.values())
        .filter(source -> order.sources().contains(source.id()))
        .toList();
  }

  Manifest.Source source(Source source) {
    return manifest.source(source.id()).orElseThrow();
  }

  /** All phases, those without anything to put back skipped. */
  List<PhaseProgress> phases() {
    List<PhaseProgress> phases = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      phases.add(PhaseProgress.pending(phase, progress(phase)));
    }
    return phases;
  }

  private SourceProgress progress(Phase phase) {
    if (phase == Phase.PREPARE || phase == Phase.VALIDATE) {
      return SourceProgress.pending("", 0);
    }
    Optional<Source> source = sources().stream().filter(each -> each.phase() == phase).findFirst();
    return source
        .map(each -> SourceProgress.pending(each.id(), source(each).content().records()))
        .orElseGet(() -> SourceProgress.pending("", 0).with(Progress.SKIPPED));
  }
}

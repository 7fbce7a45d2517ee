package dev.kryonix.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a run of a benchmark leaves for programs.
 *
 * @param goals each with its figure
 * @param machine what it ran on
 * @param commit what was measured
 * @param mode {@code full} or {@code quick}
 */
public record Result(List<Goal> goals, String machine, String commit, String mode) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  public void write(Path file) throws IOException {
    Files.writeString(file, json() + "\n");
  }

  String json() {
    return GSON.toJson(this);
  }

  public Table table() {
    Table table = new Table("goal", "measured", "bound", "unit", "met");
    for (Goal goal : goals) {
      table.row(
          goal.name(),
          Numbers.format(goal.value()),
          Numbers.format(goal.bound()),
          goal.unit(),
          goal.met() ? "yes" : "**no**");
    }
    return table;
  }
}

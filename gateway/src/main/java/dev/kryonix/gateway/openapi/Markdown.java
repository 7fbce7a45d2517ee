package dev.kryonix.gateway.openapi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns the comment of a contract, wrapped by hand for the editor, into Markdown that flows. */
final class Markdown {
  private static final Pattern LIST_ITEM = Pattern.compile("(?:[-*]|[0-9]+[.)]) .*");
  private static final Pattern CODE_OR_TAG = Pattern.compile("`[^`]*`|<");

  /** A full stop, question or exclamation mark that a new sentence follows. */
  private static final Pattern SENTENCE_END = Pattern.compile("[.!?](?=\\s+[A-Z`]|\\s*$)");

  private Markdown() {}

  /** Joins the lines of a paragraph; lists stay lists, and what looks like a tag stays text. */
  static String of(String comment) {
    StringBuilder text = new StringBuilder();
    boolean paragraph = true;
    for (String raw : comment.strip().split("\n", -1)) {
      String line = raw.strip();
      if (line.isEmpty()) {
        paragraph = true;
        continue;
      }
      if (!text.isEmpty()) {
        text.append(paragraph ? "\n\n" : LIST_ITEM.matcher(line).matches() ? "\n" : " ");
      }
      text.append(line);
      paragraph = false;
    }
    return CODE_OR_TAG
        .matcher(text)
        .replaceAll(m -> m.group().equals("<") ? "&lt;" : Matcher.quoteReplacement(m.group()));
  }

  /** The first sentence, without its full stop. */
  static String summary(String markdown) {
    int end = firstSentence(markdown);
    return markdown.substring(0, end).replaceAll("[.:]$", "").replace("\n", " ");
  }

  /** What follows the first sentence. */
  static String rest(String markdown) {
    return markdown.substring(firstSentence(markdown)).strip();
  }

  private static int firstSentence(String markdown) {
    int paragraph = markdown.indexOf("\n\n");
    int limit = paragraph < 0 ? markdown.length() : paragraph;
    Matcher end = SENTENCE_END.matcher(markdown).region(0, limit);
    return end.find() ? end.end() : limit;
  }
}

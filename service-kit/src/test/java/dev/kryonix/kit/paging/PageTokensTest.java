package dev.kryonix.kit.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.errors.ServiceException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PageTokensTest {
  private static final Position LAST =
      new Position(Instant.parse("2026-03-01T10:00:00.123456Z"), "a:b");

  private PageTokens pages;

  @BeforeEach
  void makeKey(@TempDir Path keys) throws Exception {
    GenerateKeys.main(new String[] {keys.toString(), "messaging"});
    pages = new PageTokens(MasterKey.read(keys.resolve("master.key")));
  }

  @Test
  void aTokenLeadsToWhereItsPageEnded() {
    String token = pages.after("ListThings x", Optional.of(LAST));

    assertThat(pages.position("ListThings x", token)).contains(LAST);
  }

  @Test
  void theLastPageHasNoTokenAndTheFirstNeedsNone() {
    assertThat(pages.after("ListThings x", Optional.empty())).isEmpty();
    assertThat(pages.position("ListThings x", "")).isEmpty();
  }

  @Test
  void aTokenOfAnotherListingOrOneThatWasChangedIsRefused() {
    String token = pages.after("ListThings x", Optional.of(LAST));
    String changed = (token.charAt(0) == 'A' ? 'B' : 'A') + token.substring(1);

    for (String wrong : List.of(changed, token.substring(4), "nonsense", "%%%", "AA")) {
      assertThatThrownBy(() -> pages.position("ListThings x", wrong))
          .isInstanceOf(ServiceException.class)
          .hasMessageContaining("page_token");
    }
    assertThatThrownBy(() -> pages.position("ListThings y", token))
        .isInstanceOf(ServiceException.class);
  }

  @Test
  void aPageKnowsWhetherThereIsMore() {
    Page<String> all = Page.of(List.of("a", "b"), 2, id -> new Position(Instant.EPOCH, id));
    Page<String> part = Page.of(List.of("a", "b", "c"), 2, id -> new Position(Instant.EPOCH, id));

    assertThat(all.last()).isEmpty();
    assertThat(part.items()).containsExactly("a", "b");
    assertThat(part.last()).contains(new Position(Instant.EPOCH, "b"));
  }
}

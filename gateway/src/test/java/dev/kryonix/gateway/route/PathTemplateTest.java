package dev.kryonix.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates and paths as google/api/http.proto describes them. */
class PathTemplateTest {
  @ParameterizedTest(name = "{0} takes {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/messages/{id}                    | /v1/messages/123                | id=123",
        "/v1/messages/{id=*}                  | /v1/messages/123                | id=123",
        "/v1/{name=messages/*}                | /v1/messages/123456             | name=messages/123456",
        "/v1/{name=shelves/*/books/*}         | /v1/shelves/1/books/2           | name=shelves/1/books/2",
        "/v1/{name=a/*/b/**}                  | /v1/a/x/b/c/d/e                 | name=a/x/b/c/d/e",
        "/v1/{name=a/*/b/**}                  | /v1/a/x/b                       | name=a/x/b",
        "/v1/messages/{message_id}/{sub.type} | /v1/messages/12/text            | message_id=12,sub.type=text",
        "/v1/{a}/x/{b}                        | /v1/1/x/2                       | a=1,b=2",
        "/v1/*/x/{b}                          | /v1/anything/x/2                | b=2",
        "/v1/**                               | /v1/a/b/c                       | ",
        "/v1/**                               | /v1                             | ",
        "/v1/tenants/{tenant}:suspend         | /v1/tenants/acme:suspend        | tenant=acme",
        "/v1/tenants:validate                 | /v1/tenants:validate            | ",
        "/v1/{path=**}:undo                   | /v1/a/b:undo                    | path=a/b",
        "/v1/{key}                            | /v1/a:b                         | key=a:b",
        "/v1/{key}                            | /v1/a%3Ab                       | key=a:b",
        "/v1/{key}:touch                      | /v1/a%3Ab:touch                 | key=a:b",
        "/v1/{key}:touch                      | /v1/a:b:touch                   | key=a:b",
        // One segment: every escape is undone. Several: an escaped slash stays one.
        "/v1/{key}                            | /v1/a%2Fb%20c                   | key=a/b c",
        "/v1/{key=**}                         | /v1/a%2Fb%20c/d%2fe             | key=a%2Fb c/d%2fe",
        "/v1/{key}                            | /v1/%252F                       | key=%2F",
        "/v1/{key}                            | /v1/caf%C3%A9+x                 | key=café+x",
        "/v1/caf%C3%A9s                       | /v1/caf%C3%A9s                  | no match",
        "/v1/messages/{id}                    | /v1/messages/                   | no match",
        "/v1/messages/{id}                    | /v1/messages                    | no match",
        "/v1/messages/{id}                    | /v1/messages/1/2                | no match",
        "/v1/messages/{id}                    | /v1//1                          | no match",
        "/v1/{name=a/**}                      | /v1/a//b                        | no match",
        "/v1/{name=a/**}                      | /v1/a/b/                        | no match",
        "/v1/tenants/{tenant}:suspend         | /v1/tenants/:suspend            | no match",
        "/v1/tenants/{tenant}:suspend         | /v1/tenants/acme                | no match",
      })
  void matches(String template, String path, String expected) throws Exception {
    RouteTree<String> tree = new RouteTree<>();
    tree.add("GET", PathTemplate.parse(template), "target");

    assertThat(describe(tree.find("GET", path))).isEqualTo(expected == null ? "" : expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1",
        "/",
        "/v1/",
        "/v1//a",
        "/v1/{",
        "/v1/{}",
        "/v1/{a",
        "/v1/{a.}",
        "/v1/{a=}",
        "/v1/{a={b}}",
        "/v1/**/b",
        "/v1/{a=**}/b",
        "/v1/{a}/{a}",
        "/v1/a:",
        "/v1/a:b:c",
        "/v1/a}b"
      })
  void refusesWhatIsNoTemplate(String source) {
    assertThatThrownBy(() -> PathTemplate.parse(source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path template");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/..",
        "/v1/../x",
        "/v1/.",
        "/v1/%2e%2e/x",
        "/v1/%2E.",
        "/v1/a%",
        "/v1/a%2",
        "/v1/a%zz",
        "/v1/%ff",
        "/v1/a%00b",
        "/v1/a%0d%0ab",
        "v1"
      })
  void refusesPathsThatNoRouteCouldTake(String path) {
    RouteTree<String> tree = new RouteTree<>();
    tree.add("GET", PathTemplate.parse("/v1/{key=**}"), "target");

    assertThatThrownBy(() -> tree.find("GET", path)).isInstanceOf(MalformedPathException.class);
  }

  @Test
  void theMoreSpecificRouteWins() throws Exception {
    RouteTree<String> tree = new RouteTree<>();
    tree.add("GET", PathTemplate.parse("/v1/**"), "rest");
    tree.add("GET", PathTemplate.parse("/v1/{a}/x"), "one");
    tree.add("GET", PathTemplate.parse("/v1/a/{b}"), "literal");
    tree.add("GET", PathTemplate.parse("/v1/{a}:verb"), "verb");

    assertThat(target(tree.find("GET", "/v1/a/x"))).isEqualTo("literal");
    assertThat(target(tree.find("GET", "/v1/b/x"))).isEqualTo("one");
    assertThat(target(tree.find("GET", "/v1/b/y"))).isEqualTo("rest");
    assertThat(target(tree.find("GET", "/v1/a:verb"))).isEqualTo("verb");
    assertThat(target(tree.find("GET", "/v1/a:other"))).isEqualTo("rest");
  }

  @Test
  void aPathOfOtherMethodsNamesThem() throws Exception {
    RouteTree<String> tree = new RouteTree<>();
    tree.add("GET", PathTemplate.parse("/v1/{a}"), "get");
    tree.add("PUT", PathTemplate.parse("/v1/x"), "put");
    tree.add("POST", PathTemplate.parse("/v1/{a}:do"), "do");

    assertThat(tree.find("DELETE", "/v1/x"))
        .isEqualTo(new Match.OtherMethods<String>(java.util.Set.of("GET", "PUT")));
    assertThat(tree.find("POST", "/v2")).isEqualTo(new Match.Nothing<String>());
    assertThat(target(tree.find("GET", "/v1/x"))).isEqualTo("get");
  }

  @Test
  void aRuleForAnyMethodTakesWhatNoOtherDoes() throws Exception {
    RouteTree<String> tree = new RouteTree<>();
    tree.add("*", PathTemplate.parse("/v1/x"), "any");
    tree.add("GET", PathTemplate.parse("/v1/x"), "get");

    assertThat(target(tree.find("GET", "/v1/x"))).isEqualTo("get");
    assertThat(target(tree.find("PURGE", "/v1/x"))).isEqualTo("any");
  }

  @Test
  void twoRoutesOfOneShapeAreRefused() {
    RouteTree<String> tree = new RouteTree<>();
    tree.add("GET", PathTemplate.parse("/v1/{a}"), "first");

    assertThatThrownBy(() -> tree.add("GET", PathTemplate.parse("/v1/{b}"), "second"))
        .hasMessageContaining("first")
        .hasMessageContaining("second");
  }

  private static String target(Match<String> match) {
    return match instanceof Match.Found<String>(String target, Map<String, String> captures)
        ? target
        : match.toString();
  }

  private static String describe(Match<String> match) {
    if (!(match instanceof Match.Found<String>(String target, Map<String, String> captures))) {
      return "no match";
    }
    return String.join(
        ",", captures.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }
}

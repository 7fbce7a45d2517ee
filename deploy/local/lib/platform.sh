# shellcheck shell=bash
# What the launcher asks of a running platform, through its gateway like anybody else.

DEMO_TENANT=clinica_exemplo

gateway_url() { echo "http://127.0.0.1:$(port gateway_http)"; }

# gateway_call METHOD PATH TOKEN [JSON]: sets STATUS and ANSWER.
# Token and body go through pipes: a program's arguments are everybody's to see.
gateway_call() {
  local method=$1 path=$2 token=$3 body=${4:-} data=() answer
  if [[ $body ]]; then data=(-H 'content-type: application/json' --data-binary @-); fi
  answer=$(curl -sS -m 20 -X "$method" "${data[@]}" -w '\n%{http_code}' "$(gateway_url)$path" \
    --config <([[ -z $token ]] || printf 'header = "authorization: Bearer %s"\n' "$token") 2>&1 <<<"$body")
  STATUS=${answer##*$'\n'}
  ANSWER=${answer%$'\n'*}
}

# json_field NAME: a string field of ANSWER. Enough for the flat answers read here, and needs no JSON tool.
json_field() { sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p" <<<"$ANSWER" | head -n 1; }

# issue_token TENANT SCOPE…: sets TOKEN. Without a tenant it is the platform's own.
issue_token() {
  local tenant=$1 scopes='' scope
  shift
  for scope in "$@"; do scopes+="${scopes:+, }\"$scope\""; done
  gateway_call POST /v1/token '' "{\"apiKey\": \"$(admin_key)\"${tenant:+, \"tenant\": \"$tenant\"}${scopes:+, \"scopes\": [$scopes]}}"
  TOKEN=$(json_field token)
  [[ $STATUS == 200 && $TOKEN ]]
}

demo_tenant_prepare() {
  local deadline=$((SECONDS + 60)) created=
  until issue_token ''; do
    ((SECONDS < deadline)) || die "no token from the gateway: $STATUS $ANSWER"
    sleep 0.5
  done
  gateway_call GET "/v1/tenants/$DEMO_TENANT" "$TOKEN"
  if [[ $STATUS == 404 ]]; then
    gateway_call POST /v1/tenants "$TOKEN" "{\"tenantId\": \"$DEMO_TENANT\", \"tenant\": {\"displayName\": \"Clínica Exemplo\", \"plan\": \"enterprise\",
      \"modules\": [\"crm\", \"whatsapp\", \"agendamento\", \"financeiro\", \"marketing\", \"analytics\", \"portal\", \"whitelabel\"]}}"
    # Somebody else may have been faster.
    [[ $STATUS == 200 || $STATUS == 409 ]] || die "creating the tenant $DEMO_TENANT failed: $STATUS $ANSWER"
    created=yes
  fi
  while
    gateway_call GET "/v1/tenants/$DEMO_TENANT" "$TOKEN"
    [[ $STATUS != 200 || $(json_field state) != TENANT_STATE_ACTIVE ]]
  do
    # Suspended or deleted by its owner: not the launcher's to change.
    case $(json_field state) in
      TENANT_STATE_SUSPENDED | TENANT_STATE_DELETING)
        say "the tenant $DEMO_TENANT is $(json_field state)"
        return
        ;;
    esac
    ((SECONDS < deadline)) || die "the tenant $DEMO_TENANT isn't ACTIVE: $STATUS $ANSWER"
    sleep 0.2
  done
  if [[ $created ]]; then say "tenant $DEMO_TENANT is ACTIVE"; fi
}

print_calls() {
  local grpc
  grpc=$(service_address gateway)
  cat <<END

Kryonix is up: REST $(gateway_url), gRPC $grpc. To try it:

  TOKEN=\$(./kryonix token --tenant $DEMO_TENANT)

  # publish a message, over REST
  curl -s -H "authorization: Bearer \$TOKEN" -H 'content-type: application/json' $(gateway_url)/v1/messages:publish \\
    -d '{"module": "agendamento", "operation": "reminders.send", "json": {"paciente": "Ana", "hora": "14:30"}}'

  # receive it over gRPC; Ctrl-D ends the stream, and a message that wasn't acknowledged comes back
  (echo '{"start": {"sources": ["agendamento.reminders.send"]}}'; sleep 5) |
    grpcurl -plaintext -H "authorization: Bearer \$TOKEN" -d @ $grpc kryonix.messaging.v1.MessagingService/Subscribe

  # cache a value and read it back
  curl -s -X PUT -H "authorization: Bearer \$TOKEN" -H 'content-type: application/json' \\
    $(gateway_url)/v1/cache/agendamento/user_data/ana -d '{"value": "MTQ6MzA="}'
  curl -s -H "authorization: Bearer \$TOKEN" $(gateway_url)/v1/cache/agendamento/user_data/ana

  # what there is: reflection, no proto files needed
  grpcurl -plaintext $grpc list

The whole story in one go: ./kryonix demo · state: ./kryonix status · stop: ./kryonix down
END
}

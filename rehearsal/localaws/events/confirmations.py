"""Subscriptions by e-mail wait until the reader of the mailbox confirms them, as in SNS: until then nothing is sent.

The confirmation mail has a link with a token. Opening it confirms, and so does ConfirmSubscription with the token.
https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
With ``--confirm-subscriptions`` the embedded AWS takes every subscription as confirmed.
"""

import html
import secrets
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend, sns_backends
from moto.sns.responses import SNSResponse

from rehearsal.localaws.door import shortcuts
from rehearsal.localaws.events import approvals, mailbox
from rehearsal.localaws.ground import host, persistence
from rehearsal.localaws.moto_bridge.replacing import around, replace

_PREFIX = "/_subscriptions/"
_PROTOCOLS = ("email", "email-json")
_SUBJECT = "AWS Notification - Subscription Confirmation"
_asked: dict[str, dict[str, str]] = {}
"""By token: account, region, topic and subscription."""
persistence.keep_dict("events.confirmations", _asked)


def install() -> None:
    """Ask each new subscriber by e-mail, and serve what the link of the mail leads to."""
    around(SNSBackend, "subscribe", _asking)
    around(SNSResponse, "subscribe", _without_arn)
    around(SNSResponse, "list_subscriptions", _told_as_pending)
    around(SNSResponse, "list_subscriptions_by_topic", _told_as_pending)
    around(SNSResponse, "get_topic_attributes", _counted)
    replace(SNSResponse, "confirm_subscription", _confirm_by_token)
    shortcuts.add_shortcut(_serve, _PREFIX)


def is_pending(subscription: Any) -> bool:
    """Whether its reader has not confirmed it yet."""
    return str(subscription.attributes.get("PendingConfirmation")).lower() == "true"


def _asking(subscribe: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(subscribe)
    def subscribed(backend: Any, topic_arn: str, endpoint: str, protocol: str, *args: Any, **named: Any) -> Any:
        known = set(backend.subscriptions)
        subscription = subscribe(backend, topic_arn, endpoint, protocol, *args, **named)
        if protocol in _PROTOCOLS and not host.current().settings.confirm_subscriptions:
            if subscription.arn not in known:
                subscription.attributes |= {"PendingConfirmation": "true", "ConfirmationWasAuthenticated": "false"}
            if is_pending(subscription):  # also when it is asked for once more
                _ask(subscription, backend)
        return subscription

    return subscribed


def _ask(subscription: Any, backend: Any) -> None:
    token = secrets.token_hex(40)
    _asked[token] = {
        "account": backend.account_id,
        "region": backend.region_name,
        "topic": subscription.topic.arn,
        "subscription": subscription.arn,
    }
    text = (
        f"You have chosen to subscribe to the topic:\n{subscription.topic.arn}\n\n"
        "To confirm this subscription, open the link below. If this was in error, nothing needs to be done.\n\n"
        f"Confirm subscription: {host.current().endpoint_url}{_PREFIX}{token}\n"
    )
    mailbox.receive(to=subscription.endpoint, subject=_SUBJECT, text=text, sent_by=subscription.topic.arn)


def _confirmed(token: str, topic_arn: str | None = None) -> Any:
    """The subscription that a token confirms; None for an unknown token, or one of another topic."""
    asked = _asked.get(token)
    if asked is None or topic_arn not in (None, asked["topic"]):
        return None
    subscription = sns_backends[asked["account"]][asked["region"]].subscriptions.get(asked["subscription"])
    if subscription is not None:
        subscription.attributes["PendingConfirmation"] = "false"
    return subscription


def _confirm_by_token(response: SNSResponse) -> ActionResult:
    topic_arn = response._get_param("TopicArn")
    response.backend.get_topic(topic_arn)
    subscription = _confirmed(response._get_param("Token") or "", topic_arn)
    if subscription is None:
        raise SNSInvalidParameter("Invalid parameter: Token")
    return ActionResult({"SubscriptionArn": subscription.arn})


def _without_arn(subscribe: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(subscribe)
    def subscribed(response: SNSResponse) -> Any:
        answer = subscribe(response)
        made = response.backend.subscriptions[answer.result["SubscriptionArn"]]
        if is_pending(made) and str(response._get_param("ReturnSubscriptionArn")).lower() != "true":
            return ActionResult({"SubscriptionArn": "pending confirmation"})
        return answer

    return subscribed


def _told_as_pending(listing: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(listing)
    def listed(response: SNSResponse) -> Any:
        answer = listing(response)
        shown = [_as_pending(each) if is_pending(each) else each for each in answer.result["Subscriptions"]]
        return ActionResult({**answer.result, "Subscriptions": shown})

    return listed


def _as_pending(subscription: Any) -> dict[str, str]:
    return {
        "SubscriptionArn": "PendingConfirmation",
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }


def _counted(telling: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(telling)
    def told(response: SNSResponse) -> Any:
        answer = telling(response)
        arn = response._get_param("TopicArn")
        of_topic = [each for each in response.backend.subscriptions.values() if each.topic.arn == arn]
        pending = sum(map(is_pending, of_topic))
        counts = {"SubscriptionsPending": str(pending), "SubscriptionsConfirmed": str(len(of_topic) - pending)}
        return ActionResult({**answer.result, "Attributes": {**answer.result["Attributes"], **counts}})

    return told


def _serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes] | None:
    path = environ["PATH_INFO"]
    if not path.startswith(_PREFIX):
        return None
    subscription = _confirmed(path.removeprefix(_PREFIX))
    if subscription is None:
        return approvals.page(start_response, "404 Not Found", "<p>There is no such subscription.</p>")
    what = f"{subscription.endpoint} is subscribed to {subscription.topic.arn}."
    return approvals.page(start_response, "200 OK", f"<h1>Subscription confirmed</h1><p>{html.escape(what)}</p>")

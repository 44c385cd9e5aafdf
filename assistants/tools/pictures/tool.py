"""The tool that has a model make pictures, which the person sees beside the answer and can download."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.files.making import keep_made
from assistants.tools.making.running import MakingFailed, run
from assistants.tools.pictures.models import cost_at_most, model_for, models_for, price_for
from assistants.turns.retrieval import RetrievalUse
from assistants.turns.tools import Intention, ToolResult, TurnContext
from billing.metering.usages import IMAGE
from kernel.errors import DomainError, InvalidInput
from kernel.money import MICRO, format_money
from kernel.registries import BuiltInTool
from kernel.tenancy import HasPk
from providers.catalogue import ModelInfo, find_model
from providers.gateway import image_model
from providers.ports import ImageRequest, ImagesMade, ToolSchema, Usage

NAME = "image_generation"
MOST_PICTURES = 4  # of one answer
LONGEST_PROMPT, LONGEST_STEM = 4_000, 60
SIZES = {"square": "1024x1024", "portrait": "1024x1536", "landscape": "1536x1024"}
MIME_TYPES = {"png": "image/png", "webp": "image/webp"}


class PicturesUnreadable(DomainError):
    code = "pictures_unreadable"
    status = 502
    user_message = gettext_lazy(
        "What %(model)s gave is no picture that can be shown. Try again, or describe it otherwise."
    )


class PicturesTooDear(DomainError):
    code = "limit_cost"
    status = 422
    user_message = gettext_lazy(
        "The creator of this assistant lets an answer cost %(cost)s at most, and these pictures would cost more. Ask for fewer."
    )


class ImageTool:
    """Has the same provider make pictures that answers: what they show is read there in any case."""

    schema = ToolSchema(
        NAME,
        "Make pictures from a description. Use it when the person asks for a picture, a drawing or a photo. Describe all that is"
        " to be seen: subject, style, light, colours, and words that are to be written in it.",
        {
            "type": "object",
            "properties": {
                "prompt": {
                    "type": "string",
                    "description": "What is to be seen",
                    "maxLength": LONGEST_PROMPT,
                },
                "count": {
                    "type": "integer",
                    "enum": [1, 2, 3, 4],
                    "default": 1,
                    "description": "How many; each costs",
                },
                "size": {"type": "string", "enum": list(SIZES), "default": "square"},
            },
            "required": ["prompt"],
            "additionalProperties": False,
        },
    )

    def __init__(self, context: TurnContext, info: ModelInfo) -> None:
        self._context, self._info = context, info
        self._price = price_for(context.actor, info)
        self._under_way = 0

    @property
    def label(self) -> str:
        """Its words for people."""
        return _("Made a picture")

    @property
    def most_cost(self) -> int:
        """What its calls may cost in one turn, in micro-units; own keys cost us nothing."""
        return 0 if self._info.own else cost_at_most(self._price, MOST_PICTURES)

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Make them, look at their content, and keep them.

        Raises:
            InvalidInput: the arguments do not work. PicturesTooDear: the assistant's limit is against it.
            ProviderError: the model failed, or does not make this. PicturesUnreadable: what it made is none.
        """
        request = read_request(arguments)
        self._check_room(request.count)
        self._under_way += request.count
        model = image_model(self._info.id, organisation=self._context.plan.creator_organisation_id)
        try:
            made = await model.make(request)
            self._context.sources.uses.append(self._use(made))
        except asyncio.CancelledError:
            # Whoever left has asked for them, and the provider makes them all the same.
            asked = ImagesMade((), request.count, Usage(0, 0, estimated=True))
            self._context.sources.uses.append(self._use(asked))
            raise
        finally:
            self._under_way -= request.count
        files = await self._kept(made.pictures, request.prompt)
        told = "\n".join(
            f"- {file['id']}: “{file['name']}”, {file['width']} × {file['height']}" for file in files
        )
        return ToolResult(
            f"Made:\n{told}\nThe person sees this beside the answer: do not describe it at length, and give no link.",
            summary=self._info.name,
            detail={"files": files, "model": self._info.id},
        )

    def _check_room(self, count: int) -> None:
        uses = [use for use in self._context.sources.uses if use.kind == IMAGE]
        done = sum(use.quantity for use in uses) + self._under_way
        if done + count > MOST_PICTURES:
            message = _("An answer comes with up to %(most)s pictures.") % {"most": MOST_PICTURES}
            raise InvalidInput.on("count", "too_many", message)
        limit = self._context.plan.limits.cost
        if limit is not None and cost_at_most(self._price, done + count) > limit:
            raise PicturesTooDear(cost=format_money(limit, settings.CURRENCY))

    def _use(self, made: ImagesMade) -> RetrievalUse:
        price = self._price
        return RetrievalUse(
            IMAGE,
            self._info.id,
            self._info.provider,
            made.usage.input_tokens,
            price,
            estimated=made.usage.estimated,
            written=made.usage.output_tokens,
            quantity=made.charged,
            unit="image",
            unit_price=price.per_image * MICRO if price else 0,
        )

    async def _kept(self, pictures: Sequence[bytes], prompt: str) -> list[dict[str, Any]]:
        files = []
        for picture in pictures:
            try:
                clean = await run("picture", picture)
            except MakingFailed:
                continue
            if clean.head["ok"]:
                ending = clean.head["ending"]
                file = await keep_made(
                    self._context,
                    maker=_("Make pictures"),
                    name=f"{_stem(prompt)}.{ending}",
                    mime_type=MIME_TYPES[ending],
                    data=clean.data,
                )
                files.append(file | {"width": clean.head["width"], "height": clean.head["height"]})
        if not files:
            raise PicturesUnreadable(model=self._info.name)
        return files


class ImageToolElsewhere(ImageTool):
    """The same at another provider than the one that answers: what they show leaves for a new place, and passes the gate."""

    async def intend(self, arguments: dict[str, Any]) -> Intention:
        """What a call would do. Raises InvalidInput."""
        request = read_request(arguments)
        size = next(name for name, points in SIZES.items() if points == request.size)
        return Intention(
            action=NAME,
            action_name=_("Make pictures"),
            operation=NAME,
            label=self.label,
            host=self._info.host,
            method="POST",
            url=f"https://{self._info.host}",
            arguments={"prompt": request.prompt, "count": request.count, "size": size},
            schema=self.schema.parameters,
            organisation_id=self._context.plan.creator_organisation_id,
            chosen_host=True,
        )


def read_request(arguments: Mapping[str, Any]) -> ImageRequest:
    """The arguments of a call, checked; what a model made up beside what is offered is the usual.

    Raises:
        InvalidInput: no description, or one that is too long.
    """
    prompt = arguments.get("prompt")
    prompt = prompt.strip() if isinstance(prompt, str) else ""
    if not prompt or len(prompt) > LONGEST_PROMPT:
        message = _("Describe the picture in up to %(most)s characters.") % {"most": LONGEST_PROMPT}
        raise InvalidInput.on("prompt", "invalid", message)
    count = arguments.get("count")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_PICTURES:
        count = 1
    return ImageRequest(prompt, count, SIZES.get(str(arguments.get("size")), SIZES["square"]))


def _stem(prompt: str) -> str:
    words = " ".join(re.sub(r"[^\w\- ]+", " ", prompt).split())[:LONGEST_STEM].strip()
    return words or str(_("Picture"))


def _make(context: TurnContext) -> ImageTool | None:
    info = model_for(context.actor, context.plan)
    if info is None:
        return None
    answering = find_model(context.plan.model_id, organisation=context.plan.creator_organisation_id)
    same = answering is not None and answering.host == info.host
    return ImageTool(context, info) if same else ImageToolElsewhere(context, info)


def _told(organisation: HasPk | int) -> dict[str, Sequence[Any]]:
    model = next(models_for(organisation), None)
    return {"models": [model.id]} if model else {}


def _lacks(organisation: HasPk | int) -> str:
    if next(models_for(organisation), None):
        return ""
    return _(
        "No model that makes pictures is here. An administrator can add a provider that has one, under Organisation, Models."
    )


IMAGE_GENERATION = BuiltInTool(
    NAME,
    gettext_lazy("Make pictures"),
    gettext_lazy("Makes pictures from a description, with a model of a provider. Each picture costs."),
    _make,
    told=_told,
    lacks=_lacks,
    icon="image",
    writes=gettext_lazy("Pictures, kept with the conversation"),
)

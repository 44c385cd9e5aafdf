"""Ratings, replies, votes and private feedback for machines."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer, limit_of
from organisations.permissions import Permission
from store.actions.delete_review import delete_review
from store.actions.read_feedback import read_feedback
from store.actions.reply_to_review import reply_to_review
from store.actions.report_review import report_review
from store.actions.send_feedback import send_feedback
from store.actions.vote_for_review import vote_for_review
from store.actions.write_review import write_review
from store.api.matters import ReportInput, ReportOutput
from store.models import Review
from store.queries import access_listing, visible_listing
from store.reviews.inbox import inbox_of
from store.reviews.queries import SORTS, Wish, page_of_reviews, standing_of


class ReviewOutput(serializers.Serializer[Any]):
    """A review as everybody sees it."""

    id = serializers.CharField(source="public_id")
    author = serializers.CharField(source="author_name")
    stars = serializers.IntegerField()
    text = serializers.CharField()
    language = serializers.CharField()
    version = serializers.IntegerField(source="version_number")
    state = serializers.CharField()
    helpful = serializers.IntegerField()
    reply = serializers.CharField()
    replied_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ReviewPage(serializers.Serializer[Any]):
    """A page of reviews, with what all of a listing's come to, and one's own."""

    average = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()
    histogram = serializers.DictField(child=serializers.IntegerField())
    own = ReviewOutput(allow_null=True)
    results = ReviewOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ReviewsWanted(StrictSerializer):
    """Which reviews, in which order."""

    sort = serializers.ChoiceField(choices=SORTS, required=False)
    stars = serializers.IntegerField(required=False, min_value=1, max_value=5)
    version = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    cursor = serializers.CharField(required=False, allow_blank=True, max_length=500)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)


class ReviewInput(StrictSerializer):
    """Stars, and words if there are some."""

    stars = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    language = serializers.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", required=False)


class ReplyInput(StrictSerializer):
    """A reply; empty takes it away."""

    text = serializers.CharField(max_length=2000, allow_blank=True)


class FeedbackInput(StrictSerializer):
    """Words to the creator, named or not."""

    text = serializers.CharField(max_length=4000)
    named = serializers.BooleanField(required=False, default=False)


class FeedbackOutput(serializers.Serializer[Any]):
    """What somebody wrote to the creator; `author` is empty where they did not want to be named."""

    id = serializers.CharField(source="public_id")
    author = serializers.CharField(source="author_name")
    text = serializers.CharField()
    version = serializers.IntegerField(source="version_number")
    read_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class ReadInput(StrictSerializer):
    """Whether it is read."""

    read = serializers.BooleanField()


class Ratings(OrganisationAPIView):
    public = True
    permissions = {"PUT": Permission.USE_ASSISTANTS, "DELETE": Permission.USE_ASSISTANTS}

    @extend_schema(parameters=[ReviewsWanted], responses=ReviewPage)
    def get(self, request: Request, slug: str) -> Response:
        """What people say about a listing; no key needed for public ones."""
        wanted = ReviewsWanted(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        asked = dict(wanted.validated_data)
        cursor, limit = asked.pop("cursor", None), asked.pop("limit", None) or limit_of(request)
        listing = visible_listing(self.actor, slug)
        page = page_of_reviews(listing, Wish(**asked), cursor=cursor, limit=limit)
        own = standing_of(self.actor, listing).review
        return Response(
            {
                "average": listing.rating_shown,
                "count": listing.reviews_count,
                "histogram": {str(n): count for n, count in enumerate(listing.star_counts, start=1)},
                "own": ReviewOutput(own).data if own else None,
                "results": ReviewOutput(page.results, many=True).data,
                "next": page.next,
                "previous": page.previous,
            }
        )

    @extend_schema(request=ReviewInput, responses=ReviewOutput)
    def put(self, request: Request, slug: str) -> Response:
        """Rate a listing that you have used enough, or change your rating."""
        wanted = self.read_input(request, ReviewInput)
        return Response(ReviewOutput(write_review(actor=self.actor, slug=slug, **wanted)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Take your rating back."""
        delete_review(actor=self.actor, slug=slug)
        return Response(status=204)


class RatingHelpful(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=None, responses=ReviewOutput)
    def put(self, request: Request, slug: str, review_id: str) -> Response:
        """Say that a review helped you."""
        return self._voted(slug, review_id, helpful=True)

    @extend_schema(responses=ReviewOutput)
    def delete(self, request: Request, slug: str, review_id: str) -> Response:
        """Take that back."""
        return self._voted(slug, review_id, helpful=False)

    def _voted(self, slug: str, review_id: str, *, helpful: bool) -> Response:
        review: Review = vote_for_review(actor=self.actor, slug=slug, review_id=review_id, helpful=helpful)
        return Response(ReviewOutput(review).data)


class RatingReply(OrganisationAPIView):
    permission = Permission.PUBLISH_ASSISTANTS

    @extend_schema(request=ReplyInput, responses=ReviewOutput)
    def put(self, request: Request, slug: str, review_id: str) -> Response:
        """Reply to a review of your own listing, once; again changes the reply."""
        wanted = self.read_input(request, ReplyInput)
        review = reply_to_review(actor=self.actor, review_id=review_id, text=wanted["text"])
        return Response(ReviewOutput(review).data)


class RatingReport(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=ReportInput, responses={201: ReportOutput})
    def post(self, request: Request, slug: str, review_id: str) -> Response:
        """Report a review; neither its author nor the creator learns who did. Again changes what you said."""
        values = self.read_input(request, ReportInput)
        made = report_review(actor=self.actor, slug=slug, review_id=review_id, **values)
        return Response(ReportOutput(made).data, status=201)


class ListingFeedback(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=FeedbackInput, responses={201: FeedbackOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Write to a listing's creator, and to nobody else."""
        wanted = self.read_input(request, FeedbackInput)
        made = send_feedback(actor=self.actor, slug=slug, **wanted)
        return Response(FeedbackOutput(made).data, status=201)


class OwnFeedback(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(responses=FeedbackOutput(many=True))
    def get(self, request: Request, listing_id: str) -> Response:
        """What people wrote to you about your listing, newest first."""
        listing = access_listing(self.actor, listing_id)
        rows = inbox_of(self.actor, listing.publication.assistant.public_id)
        return self.page_response(request, rows, FeedbackOutput)


class OwnFeedbackItem(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(request=ReadInput, responses={204: None})
    def patch(self, request: Request, listing_id: str, feedback_id: str) -> Response:
        """Mark it as read or unread."""
        wanted = self.read_input(request, ReadInput)
        with tenant_scope(self.actor.organisation):
            assistant = access_listing(self.actor, listing_id).publication.assistant.public_id
        read_feedback(actor=self.actor, assistant_id=assistant, feedback_id=feedback_id, read=wanted["read"])
        return Response(status=204)

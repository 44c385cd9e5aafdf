"""Pages of the store, of listings and of an organisation's directory."""

from django.urls import path

from store.views import directory, home, install, listing, machines, panel, reviews, samples, trial

app_name = "store"
urlpatterns = [
    path("", home.store_home, name="home"),
    path("store/search", home.store_search, name="search"),
    path("store/suggest", home.store_suggest, name="suggest"),
    path("store/category/<slug:category>", home.store_category, name="category"),
    path("store/pins", install.pins, name="pins"),
    path("store/panel/<str:assistant_id>", panel.listing_panel, name="listing_panel"),
    path("store/panel/<str:assistant_id>/save", panel.listing_save, name="listing_save"),
    path("store/panel/<str:assistant_id>/words", panel.listing_words, name="listing_words"),
    path("store/panel/<str:assistant_id>/sample", samples.sample_list, name="sample_list"),
    path("store/panel/<str:assistant_id>/sample/<str:turn_id>", samples.sample_pair, name="sample_pair"),
    path("store/panel/<str:assistant_id>/preview", samples.listing_preview, name="listing_preview"),
    path("a/<slug:slug>", listing.listing_detail, name="listing"),
    path("a/<slug:slug>/disclosure", listing.listing_disclosure, name="disclosure"),
    path("a/<slug:slug>/try", trial.trial_page, name="trial"),
    path("a/<slug:slug>/try/thread", trial.trial_thread, name="trial_thread"),
    path("a/<slug:slug>/try/keep", trial.trial_keep, name="trial_keep"),
    path("a/<slug:slug>/seen", listing.listing_seen, name="listing_seen"),
    path("a/<slug:slug>/pin", install.install_toggle, name="install_toggle"),
    path("a/<slug:slug>/reviews", reviews.review_list, name="reviews"),
    path("a/<slug:slug>/reviews/write", reviews.review_write, name="review_write"),
    path("a/<slug:slug>/reviews/delete", reviews.review_delete, name="review_delete"),
    path("a/<slug:slug>/reviews/<str:review_id>/vote", reviews.review_vote, name="review_vote"),
    path("a/<slug:slug>/reviews/<str:review_id>/reply", reviews.review_reply, name="review_reply"),
    path("a/<slug:slug>/feedback", reviews.feedback_send, name="feedback"),
    path("directory/", directory.directory_home, name="directory"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", machines.sitemap_part, name="sitemap_part"),
    path("a/<slug:slug>/picture.png", machines.listing_picture, name="picture"),
    path("robots.txt", machines.robots, name="robots"),
]

"""Where the provider calls."""

from django.urls import path

from messaging.inbound import views

urlpatterns = [
    path("inbound", views.inbound, name="twilio-inbound"),
    path("inbound/fallback", views.inbound_fallback, name="twilio-inbound-fallback"),
    path("status", views.status, name="twilio-status-by-sid"),
    path("status/<str:token>", views.status, name="twilio-status"),
    path("media/<str:token>", views.media_file, name="twilio-media"),
]

"""Where the provider calls."""

from django.urls import path

from messaging.inbound import views
from messaging.media import serving

urlpatterns = [
    path("inbound", views.inbound, name="twilio-inbound"),
    path("inbound/fallback", views.inbound_fallback, name="twilio-inbound-fallback"),
    path("status", views.status, name="twilio-status-by-sid"),
    path("status/<str:token>", views.status, name="twilio-status"),
    path("voice", views.call, name="twilio-voice"),
    path("voice/forwarded", views.call_forwarded, name="twilio-voice-forwarded"),
    path("voice/recording", views.call_recording, name="twilio-voice-recording"),
    path("voice/recorded", views.call_recorded, name="twilio-voice-recorded"),
    path("voice/status", views.call_status, name="twilio-voice-status"),
    path("media/<str:token>", serving.media_file, name="twilio-media"),
]

"""Where the provider calls."""

from django.urls import path

from messaging.inbound import views

urlpatterns = [
    path("inbound", views.inbound, name="twilio-inbound"),
    path("status/<str:token>", views.status, name="twilio-status"),
    path("media/<str:token>", views.media_file, name="twilio-media"),
]

"""Addresses of the sitter page."""

from __future__ import annotations

from django.urls import path

from snoutos.sitter_page import entrance, views

app_name = "sitter"

urlpatterns = [
    path("", views.home, name="home"),
    path("app.webmanifest", entrance.manifest, name="manifest"),
    path("link/<slug:token>/", entrance.link, name="link"),
    path("sign-in/", entrance.signed_out, name="signed_out"),
    path("sign-out/", entrance.sign_out, name="sign_out"),
    path("conversations/<uuid:public_id>/", views.conversation, name="conversation"),
    path("conversations/<uuid:public_id>/send/", views.send, name="send"),
    path("pictures/<uuid:public_id>/", views.picture, name="picture"),
    path("browsers/", views.browsers, name="browsers"),
    path("browsers/<uuid:public_id>/sign-out/", views.end_browser, name="end_browser"),
]

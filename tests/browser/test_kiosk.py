"""A kiosk in the foyer that nobody touches."""

from playwright.sync_api import expect


def test_a_kiosk_asks_and_begins_anew(page, served, library):
    library.copy("B1", title="Көшпенділер")
    page.clock.install()
    page.goto(f"{served.url}/kiosk")
    page.goto(f"{served.url}/search?q=көшпенділер")
    question = page.locator("#still-here")
    page.clock.fast_forward(85_000)
    expect(question).to_be_hidden()
    page.clock.fast_forward(6_000)
    expect(question).to_be_visible()
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    page.clock.fast_forward(121_000)
    page.wait_for_url(f"{served.url}/")
    expect(page.locator("#q")).to_have_value("")

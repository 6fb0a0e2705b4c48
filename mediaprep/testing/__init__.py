"""For other people's tests: an emulated gateway held in a test's hand, and a pytest plugin that brings it.

    def test_a_video_is_made(mediaprep_gateway, mediaprep_faults):
        client = MyClient(mediaprep_gateway.url, mediaprep_gateway.appkey, mediaprep_gateway.accesstoken)
        with mediaprep_faults(do="code", code=100008, on="tts", first=1) as fault:
            assert client.speak("你好").endswith(".mp3")
        assert fault.struck == 1

The plugin is there as soon as mediaprep is installed; `pytest --fixtures` lists what it brings. Without pytest:
`with serving(speed="clock") as gateway: …`.
"""

from mediaprep.testing.gateway import LocalGateway, serving
from mediaprep.testing.held import LocalBucket, MovableClock, OrderedFault

__all__ = ["LocalBucket", "LocalGateway", "MovableClock", "OrderedFault", "serving"]

using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Me;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Me;

public class AvatarTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_is_shown_to_whoever_is_signed_in_until_it_is_removed()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);
        using var dave = await app.SignInAs(await app.Given(Dave));
        using var stranger = app.Open();

        using var saved = await Upload(browser, Png());
        var address = await AddressOf(app, carol);
        using var shown = await dave.Get(address);
        var page = await (await browser.Get("/me")).Text();
        var forStranger = await stranger.Get(address);
        await app.Run((AvatarService avatars) => avatars.RemoveAsync(carol.Id, carol, Cancel));

        Assert.Equal(HttpStatusCode.NoContent, saved.StatusCode);
        Assert.Equal((HttpStatusCode.OK, "image/png", "nosniff"), (shown.StatusCode, shown.Header("Content-Type"), shown.Header("X-Content-Type-Options")));
        Assert.Equal("max-age=31536000, private, immutable", shown.Header("Cache-Control"));
        Assert.Contains($"src=\"{address}\"", page);
        Assert.Equal(HttpStatusCode.Found, forStranger.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await dave.Get(address)).StatusCode);
        await app.Event(AuditAction.PictureChanged);
        await app.Event(AuditAction.PictureRemoved);
    }

    [Fact]
    public async Task A8_A_hidden_picture_is_not_there_for_others()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);
        using var dave = await app.SignInAs(await app.Given(Dave));
        using var alice = await app.SignInAs(app.Alice);
        await Upload(browser, Png());
        var address = await AddressOf(app, carol);

        async Task<string> Try(Audience audience)
        {
            await app.Run((ProfileService profiles) => profiles.ShowToAsync(ProfilePart.Picture, audience, carol, Cancel));
            return $"{(int)(await dave.Get(address)).StatusCode} {(int)(await alice.Get(address)).StatusCode} {(int)(await browser.Get(address)).StatusCode}";
        }

        Assert.Equal("200 200 200", await Try(Audience.Everybody));
        Assert.Equal("404 200 200", await Try(Audience.Administrators));
        Assert.Equal("404 404 200", await Try(Audience.Nobody));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Pictures_sent_at_once_leave_one(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => portal.Run((AvatarService avatars) => avatars.SaveAsync(Png(), carol, Cancel))));

        Assert.Contains(answers, answer => answer.Succeeded);
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.Avatars.CountAsync(Cancel)));
    }

    [Theory, InlineData(2), InlineData(6)]
    public void Pixels_survive_and_every_filter_is_understood(byte colourType)
    {
        var plain = AvatarPng.Clean(Png(colourType: colourType))!;

        for (byte filter = 0; filter < 5; filter++)
            Assert.Equal(plain, AvatarPng.Clean(Png(colourType: colourType, filter: filter)));
        Assert.Equal(plain, AvatarPng.Clean(plain));
        Assert.Equal(colourType, plain[25]);
    }

    [Fact]
    public void G01_Nothing_of_the_upload_but_its_pixels_is_kept()
    {
        byte[] hidden = [.. Chunk("tEXt", Encoding.ASCII.GetBytes("Comment\0<script>alert(1)</script>")), .. Chunk("eXIf", Encoding.ASCII.GetBytes("II*\0 GPSLatitude 41.15 GPSLongitude -8.61")), .. Chunk("iTXt", Encoding.ASCII.GetBytes("XML:com.adobe.xmp\0\0\0\0\0<x/>"))];

        var kept = AvatarPng.Clean(Png(extra: hidden))!;

        Assert.Equal(AvatarPng.Clean(Png()), kept);
        var text = Encoding.Latin1.GetString(kept);
        Assert.All("script GPS tEXt eXIf iTXt xmp".Split(' '), word => Assert.DoesNotContain(word, text));
    }

    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "GIF and script", Encoding.ASCII.GetBytes("GIF89a/*" + new string('x', 300) + "*/=1;alert(1)") },
        { "PNG and page", [.. Png(), .. Encoding.ASCII.GetBytes("<html><script>alert(1)</script>")] },
        { "SVG", Encoding.ASCII.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>") },
        { "JPEG called PNG", [0xFF, 0xD8, 0xFF, 0xE1, 0, 16, .. Encoding.ASCII.GetBytes("Exif\0\0II*\0")] },
        { "nothing", [] },
        { "signature alone", Png()[..8] },
        { "cut off", Png()[..^20] },
        { "a wrong checksum", Broken() },
        { "a row of a filter that isn't", Png(filter: 9) },
        { "a palette", Png(colourType: 3) },
        { "sixteen bits", Png(depth: 16) },
        { "interlaced", Png(interlaced: 1) },
        { "too wide", Png(width: 257) },
        { "an animation's frames after the end", [.. Png(), .. Chunk("fdAT", new byte[9])] },
        { "an unknown part that must be understood", Png(extra: Chunk("EVIL", [1])) },
        { "a second header", Png(extra: Png()[8..33]) },
        { "a length that lies", [.. Png()[..33], 0xFF, 0xFF, 0xFF, 0xFF, .. Png()[37..]] },
        { "too few pixels", Png(rows: 200) },
        { "too many pixels", Png(rows: 257) },
    };

    [Theory, MemberData(nameof(Hostile))]
    public void G01_Whatever_is_not_exactly_such_a_picture_is_refused(string what, byte[] upload) =>
        Assert.True(AvatarPng.Clean(upload) is null, what);

    [Fact]
    public async Task G02_A_picture_is_judged_by_its_size_before_it_is_decoded()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        var tall = Png(width: 1, height: 500_000_000, bomb: true);
        var lying = Png(bomb: true);
        await Upload(browser, Png());
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var answers = new[] { await Upload(browser, tall), await Upload(browser, new byte[3_000_000]), await Upload(browser, lying) };

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode));
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 50_000_000, "More than 50 MB were needed to refuse.");
    }

    [Theory, InlineData("../../x.png"), InlineData("CON"), InlineData("a\u202Egnp.exe"), InlineData("300")]
    public async Task G03_A_file_name_is_never_used(string name)
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        var content = new ByteArrayContent(Png());
        content.Headers.TryAddWithoutValidation("Content-Disposition", $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name == "300" ? new string('a', 300) : name)}");

        using var saved = await Upload(browser, content);
        using var shown = await browser.Get(await AddressOf(app, app.Alice));

        Assert.Equal(HttpStatusCode.NoContent, saved.StatusCode);
        Assert.Matches("^/users/[0-9a-f-]{36}/avatar/[0-9a-f]{32}$", await AddressOf(app, app.Alice));
        Assert.Null(shown.Header("Content-Disposition"));
    }

    [Fact]
    public async Task F06_A_picture_without_the_page_s_token_is_refused()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/me/avatar") { Content = new ByteArrayContent(Png()) };
        using var refused = await browser.Send(request);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(0, await app.Run((UserAdminDbContext db) => db.Avatars.CountAsync(Cancel)));
    }

    [Fact]
    public async Task An_administrator_may_remove_a_picture_and_others_may_not()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        await portal.Run((AvatarService avatars) => avatars.SaveAsync(Png(), carol, Cancel));

        var refused = await portal.Run((AvatarService avatars) => avatars.RemoveAsync(carol.Id, dave, Cancel));
        var done = await portal.Run((AvatarService avatars) => avatars.RemoveAsync(carol.Id, alice, Cancel));

        Assert.Equal(UserProblems.NotAllowed, refused.Problem);
        Assert.True(done.Succeeded);
        Assert.Equal(0, await portal.Run((UserAdminDbContext db) => db.Avatars.CountAsync(Cancel)));
    }

    private static async Task<string> AddressOf(TestApp app, Actor person) =>
        $"/users/{person.Id}/avatar/{await app.Run((UserAdminDbContext db) => db.Avatars.Select(a => a.Version).SingleOrDefaultAsync(Cancel))}";

    private static Task<HttpResponseMessage> Upload(Browser browser, byte[] body) => Upload(browser, new ByteArrayContent(body));

    private static async Task<HttpResponseMessage> Upload(Browser browser, ByteArrayContent content)
    {
        var page = await (await browser.Get("/me")).Text();
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        var request = new HttpRequestMessage(HttpMethod.Post, "/me/avatar") { Content = content };
        request.Headers.Add("RequestVerificationToken", Regex.Match(page, """name="__RequestVerificationToken" value="([^"]+)""").Groups[1].Value);
        return await browser.Send(request);
    }

    private static byte[] Broken()
    {
        var png = Png();
        png[^20] ^= 1;
        return png;
    }

    // A gradient as a browser might write it; the arguments are what may be wrong with it.
    internal static byte[] Png(int width = 256, int height = 256, byte depth = 8, byte colourType = 6, byte interlaced = 0, byte filter = 0, byte[]? extra = null, int rows = 256, bool bomb = false)
    {
        var channels = colourType == 2 ? 3 : 4;
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colourType, interlaced);
        using var packed = new MemoryStream();
        using (var packing = new ZLibStream(packed, CompressionLevel.Optimal))
        {
            if (bomb)
                for (var i = 0; i < 250; i++)
                    packing.Write(new byte[1_000_000]);
            for (var y = 0; y < rows && !bomb; y++)
            {
                packing.WriteByte(filter);
                for (var x = 0; x < 256 * channels; x++)
                    packing.WriteByte((byte)(At(x, y) - Guess(x, y)));
            }

            int At(int x, int y) => x < 0 || y < 0 ? 0 : (byte)(x % channels == 3 ? 255 : x / channels + y * (x % channels));
            int Guess(int x, int y)
            {
                int left = x < channels ? 0 : At(x - channels, y), up = At(x, y - 1), corner = x < channels ? 0 : At(x - channels, y - 1);
                var (a, b, c) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
                return filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => a <= b && a <= c ? left : b <= c ? up : corner, _ => 0 };
            }
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", header), .. extra ?? [], .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string kind, byte[] data)
    {
        byte[] part = [.. Encoding.ASCII.GetBytes(kind), .. data];
        var crc = uint.MaxValue;
        foreach (var value in part)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, ~crc);
        return [.. length, .. part, .. sum];
    }
}

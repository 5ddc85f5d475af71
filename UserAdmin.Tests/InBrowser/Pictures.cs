using Microsoft.Playwright;
using UserAdmin.Core.Seeding;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

/// <summary>Makes the pictures of docs/images; <c>docs/images/make</c> runs it.</summary>
[Trait("Kind", "Browser")]
public class Pictures(Chromium chromium) : BrowserTest(chromium)
{
    private const int LargestFile = 120 * 1024;

    // The browser unpacks its own picture.
    private const string Pixels = """
        async png => {
          const image = new Image();
          image.src = `data:image/png;base64,${png}`;
          await image.decode();
          const canvas = new OffscreenCanvas(1280, 800).getContext('2d');
          canvas.drawImage(image, 0, 0);
          const bytes = canvas.getImageData(0, 0, 1280, 800).data;
          let text = '';
          for (let i = 0; i < bytes.length; i += 30000) text += String.fromCharCode(...bytes.subarray(i, i + 30000));
          return btoa(text);
        }
        """;

    [Theory(Explicit = true)]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_pictures_of_the_documentation_are_taken(ColorScheme colours)
    {
        var cancel = TestContext.Current.CancellationToken;
        await App.Given(Alice);
        var seeded = await App.Run((DemoData demo) => demo.AddAsync(480, 9000, _ => { }, cancel));
        Assert.True(seeded.Succeeded, seeded.Problem?.Message);
        var tab = await Open(options: new() { ColorScheme = colours, ViewportSize = new() { Width = 1280, Height = 800 }, TimezoneId = "Europe/Berlin" });

        await tab.Go("/account/sign-in", isPortal: false);
        await Take(tab, "sign-in", colours);
        await tab.SignIn(Alice, "/");
        await Expect(tab[".plot"]).ToHaveCountAsync(2);
        await Take(tab, "dashboard", colours);
        await tab.Go("/users?status=active,pending,inactive,locked&sort=-last-sign-in");
        await Take(tab, "users", colours);
        await tab.Go("/users?status=locked");
        await tab.Rows.First.ClickAsync();
        await Expect(tab[".person"]).ToBeVisibleAsync();
        await Take(tab, "person", colours);
        await tab.Go("/audit?category=users");
        await tab[".event"].Filter(new() { HasText = " edited " }).First.Locator("summary").ClickAsync();
        await Take(tab, "audit", colours);
    }

    private static async Task Take(Tab tab, string name, ColorScheme colours)
    {
        await Expect(tab["[aria-busy=true]"]).ToHaveCountAsync(0);
        await tab.Page.EvaluateAsync("() => { document.activeElement.blur(); return document.fonts.ready.then(() => true); }");
        await tab.Page.Mouse.MoveAsync(0, 0);
        var path = Path.Combine(Folder(), $"{name}-{colours.ToString().ToLowerInvariant()}.png");
        var taken = await tab.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled });
        var pixels = Convert.FromBase64String(await tab.Page.EvaluateAsync<string>(Pixels, Convert.ToBase64String(taken)));
        await File.WriteAllBytesAsync(path, SmallPng.Encode(1280, 800, pixels), TestContext.Current.CancellationToken);
        Assert.InRange(new FileInfo(path).Length, 1, LargestFile);
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!folder.EnumerateFiles("UserAdmin.sln").Any())
            folder = folder.Parent!;
        return folder.CreateSubdirectory("docs/images").FullName;
    }
}

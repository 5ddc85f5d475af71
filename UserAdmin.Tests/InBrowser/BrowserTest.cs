using Microsoft.Playwright;

namespace UserAdmin.Tests.InBrowser;

/// <summary>A test in a browser, on a portal of its own. Behind what it looks at, nothing may go wrong in any of its tabs.</summary>
[Collection(BrowserTests.Name)]
public abstract class BrowserTest(Chromium chromium) : IAsyncLifetime
{
    private readonly List<Tab> tabs = [];

    protected BrowserApp App { get; private set; } = default!;

    public async ValueTask InitializeAsync() => App = await BrowserApp.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var tab in tabs)
        {
            if (TestContext.Current.TestState?.Result == TestResult.Failed)
                await tab.Page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, $"{TestContext.Current.TestMethod!.MethodName}-{tabs.IndexOf(tab)}.png") });
            await tab.Page.Context.DisposeAsync();
        }
        await App.DisposeAsync();
        GC.SuppressFinalize(this);
        Assert.Empty(tabs.SelectMany(tab => tab.Problems));
    }

    protected async Task<Tab> Open(Uri? url = null, BrowserNewContextOptions? options = null)
    {
        var tab = await Tab.OpenAsync(chromium.Browser, url ?? App.Url, options);
        tabs.Add(tab);
        return tab;
    }

    /// <summary>A browser in which this person is signed in.</summary>
    protected async Task<Tab> OpenAs(Person person, string path = "/me", BrowserNewContextOptions? options = null)
    {
        var tab = await Open(options: options);
        await tab.SignIn(person, path);
        return tab;
    }
}

using Microsoft.Playwright;

namespace UserAdmin.Tests.InBrowser;

/// <summary>A browser of somebody's own with one page open. It notes whatever goes wrong behind what is seen.</summary>
public sealed class Tab
{
    private readonly Uri url;
    private readonly HashSet<int> expected = [];

    private Tab(IPage page, Uri url) => (Page, this.url) = (page, url);

    public IPage Page { get; }

    /// <summary>Errors on the console, broken rules of the Content-Security-Policy, failed requests and requests to other hosts.</summary>
    public List<string> Problems { get; } = [];

    public static async Task<Tab> OpenAsync(IBrowser browser, Uri url, BrowserNewContextOptions? options = null)
    {
        var context = await browser.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        context.SetDefaultTimeout(20_000);
        await context.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error(`CSP: ${e.effectiveDirective} ${e.blockedURI} ${e.sample}`))");
        var tab = new Tab(await context.NewPageAsync(), url);
        tab.Watch();
        return tab;
    }

    /// <summary>Once its connection was cut, the browser tells of nothing else.</summary>
    public bool IsCut { get; set; }

    /// <summary>An answer of this status is what the test is about.</summary>
    public void Expect(int status) => expected.Add(status);

    public async Task Go(string path, bool isPortal = true)
    {
        await Page.GotoAsync(new Uri(url, path).ToString());
        if (isPortal)
            await Alive();
    }

    /// <summary>Waits until the circuit hears: a click before that is lost.</summary>
    public Task Alive() => Page.WaitForSelectorAsync("[data-interactive=true]", new() { State = WaitForSelectorState.Attached });

    public async Task SignIn(Person person, string path = "/me", string password = Password)
    {
        await Go($"/account/sign-in?returnUrl={Uri.EscapeDataString(path)}", isPortal: false);
        await Field("Email or user name").FillAsync(person.UserName);
        await Field("Password").FillAsync(password);
        await Button("Sign in").ClickAsync();
        await Alive();
    }

    public ILocator this[string selector] => Page.Locator(selector);

    public ILocator Field(string label) => Page.GetByLabel(label, new() { Exact = true });

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    /// <summary>The rows of a list, once they are loaded.</summary>
    public ILocator Rows => Page.Locator("table.rows tbody tr:not(.skeleton)");

    /// <summary>Opens a person's page through the list of users.</summary>
    public async Task Find(string fullName)
    {
        await Go($"/users?search={Uri.EscapeDataString(fullName)}");
        await Link(fullName).ClickAsync();
        await Assertions.Expect(Heading(fullName)).ToBeVisibleAsync();
    }

    /// <summary>Presses a button that asks for a reason, and gives one.</summary>
    public async Task Do(string action, string reason)
    {
        await Button(action).ClickAsync();
        await Dialog.GetByLabel("Reason").FillAsync(reason);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = action }).ClickAsync();
        await Assertions.Expect(Dialog).ToHaveCountAsync(0);
    }

    private void Watch()
    {
        Page.Console += (_, message) =>
        {
            // Answers with a bad status are judged below.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                Note(message.Text);
        };
        Page.PageError += (_, error) => Note(error);
        Page.Response += (_, response) =>
        {
            if (response.Status >= 400 && !expected.Contains(response.Status))
                Note($"{response.Status} {response.Url}");
        };
        Page.RequestFailed += (_, request) =>
        {
            // Leaving a page aborts what it still asks for.
            if (request.Failure is not "net::ERR_ABORTED")
                Note($"{request.Failure} {request.Url}");
        };
        Page.Request += (_, request) => Judge(request.Url);
        Page.WebSocket += (_, socket) => Judge(socket.Url);
    }

    private void Judge(string address)
    {
        var asked = new Uri(address);
        if (asked.Scheme is not ("data" or "blob") && asked.Authority != url.Authority)
            Note($"Another host: {address}");
    }

    private void Note(string problem)
    {
        if (!IsCut)
            Problems.Add(problem);
    }
}

using System.Net;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.SignIn;

public class GuessingTests
{
    [Fact]
    public async Task A07_After_five_wrong_passwords_even_the_right_one_waits_for_the_pause_to_end()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        await Guess(app, 5);

        Assert.False(await SignsIn(app));
        app.Clock.Advance(TimeSpan.FromMinutes(4.9));
        Assert.False(await SignsIn(app));
        app.Clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.True(await SignsIn(app));
    }

    [Fact]
    public async Task A07_Each_further_five_wrong_passwords_double_the_pause()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);

        await Guess(app, 5);
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        await Guess(app, 5);
        app.Clock.Advance(TimeSpan.FromMinutes(9.9));

        Assert.False(await SignsIn(app));
        app.Clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.True(await SignsIn(app));
    }

    [Fact]
    public async Task A07_A_success_forgets_the_wrong_tries_before_it()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);

        await Guess(app, 4);
        Assert.True(await SignsIn(app));
        await Guess(app, 4);

        Assert.True(await SignsIn(app));
    }

    [Fact]
    public async Task A07_Strangers_cannot_lock_out_somebody_whose_device_is_known()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var home = app.Open("192.0.2.7");
        await home.SignIn("carol");
        home.Forget("__Host-useradmin");

        await Guess(app, 5);

        Assert.False(await SignsIn(app));
        Assert.Equal(HttpStatusCode.Found, (await home.SignIn("carol")).StatusCode);
    }

    [Fact]
    public async Task A07_A_known_device_has_five_tries_of_its_own_and_no_more()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var home = app.Open();
        await home.SignIn("carol");
        home.Forget("__Host-useradmin");

        for (var i = 0; i < 5; i++)
            await home.SignIn("carol", "wrong");

        Assert.Equal(HttpStatusCode.OK, (await home.SignIn("carol")).StatusCode);
        Assert.True(await SignsIn(app));
    }

    [Fact]
    public async Task A07_A_device_known_for_one_person_is_a_stranger_for_another()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        await app.Given(Dave);
        using var daves = app.Open();
        await daves.SignIn("dave");
        daves.Forget("__Host-useradmin");

        await Guess(app, 5);

        Assert.Equal(HttpStatusCode.OK, (await daves.SignIn("carol")).StatusCode);
    }

    [Fact]
    public async Task A07_D10_An_address_with_too_many_failures_waits_whatever_names_it_tries()
    {
        await using var app = await TestApp.StartAsync(("SignIn:MaxPerAddress", "5"));
        await app.Given(Carol);
        using var browser = app.Open("198.51.100.1");
        for (var i = 0; i < 5; i++)
            await browser.SignIn($"nobody{i}");

        using var refused = await browser.SignIn("carol");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("600", refused.Header("Retry-After"));
        Assert.Contains(SignInService.TooMany.Message, await refused.Text());
        Assert.True(await SignsIn(app));
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("carol")).StatusCode);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A08_Parallel_guesses_do_not_beat_the_counter(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider, ("Passwords:HashRounds", $"{RealRounds}"));
        await app.Given(Carol, user => user.PasswordHash = HashWith(RealRounds));
        var strangers = Enumerable.Range(1, 61).Select(i => app.Open($"198.51.100.{i}")).ToList();
        var pages = await Task.WhenAll(strangers.Select(async stranger => await (await stranger.Get("/account/sign-in")).Text()));
        Task<HttpResponseMessage> Try(int i, string password) =>
            strangers[i].Submit("/account/sign-in", pages[i], ("Login", "carol"), ("Password", password), ("RememberMe", "false"));

        var guesses = Enumerable.Range(0, 60).Select(i => Try(i, $"wrong {i}")).ToList();
        foreach (var _ in Enumerable.Range(0, 5))
            await Task.WhenAny(guesses.Where(guess => !guess.IsCompleted));
        using var right = await Try(60, Password);
        var answers = await Task.WhenAll(guesses);

        Assert.All(answers.Append(right), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Empty(await app.Events(AuditAction.SignedIn));
        var reasons = (await app.Events(AuditAction.SignInFailed)).CountBy(e => e.Reason!).ToDictionary();
        Assert.Equal(61, reasons.Values.Sum());
        Assert.InRange(reasons["Wrong password"], 1, 5);
        Assert.Equal(61 - reasons["Wrong password"], reasons["Paused after too many wrong passwords"]);
    }

    // Every guess from an address of its own: the limit per address is not what these tests are about.
    private static async Task Guess(TestApp app, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var stranger = app.Open($"203.0.113.{i + 1}");
            using var response = await stranger.SignIn("carol", "not her password");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private static async Task<bool> SignsIn(TestApp app)
    {
        using var browser = app.Open("192.0.2.200");
        return (await browser.SignIn("carol")).StatusCode == HttpStatusCode.Found;
    }
}

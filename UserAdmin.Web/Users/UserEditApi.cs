using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Users;

/// <summary>Making and changing users over HTTP. A refusal leaves everything as it was.</summary>
internal static class UserEditApi
{
    public static void MapUserEditApi(this RouteGroupBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users");
        users.MapPost("", CreateAsync).Needs(Permission.UsersCreate).Idempotent().Answers<UserView>(StatusCodes.Status201Created)
            .Describe("create_user", "Create a user", "Makes an account that waits for its owner, who chooses a password by the link in a mail. With `is_active` false it is deactivated from the start, and no mail goes out.");
        users.MapPut("/{id:guid}", ReplaceAsync).Needs(Permission.UsersEdit).Answers<UserView>()
            .Describe("replace_user", "Replace a user's data", "What is left out is emptied, but `is_active` and `custom_fields` stay as they are when they are left out. What GET answered may be sent back.");
        users.MapPatch("/{id:guid}", ChangeAsync).Needs(Permission.UsersEdit).Answers<UserView>()
            .Describe("update_user", "Change a user's data", "Changes the fields that are there and leaves the others; of `custom_fields` those that are named.");
    }

    private static async Task<IResult> CreateAsync(HttpContext http, Body<NewUserBody> body, UserService service, UserDirectory users, CustomValues custom, Caller caller, CancellationToken cancel)
    {
        var wanted = body.Value;
        if (AddressLine.Settle(wanted, null) is { } address)
            return address(http);
        var (form, fields) = (wanted.ToForm(), await custom.OfNobodyAsync(caller, cancel));
        form.OrganizationId = wanted.OrganizationId;
        foreach (var (key, value) in wanted.CustomFields ?? [])
            if (Find(fields, key) is { } entry)
                form.Custom[entry.Field.Id] = value;
            else
                return Unknown(http, key);
        if (ApiBody.Judge(form) is { } wrong)
            return wrong(http);
        var made = await service.CreateAsync(form, caller, cancel, wanted.IsActive != false);
        if (made.Succeeded)
            return await users.FindAsync(made.Value, caller, cancel) is { } user
                ? ApiAnswers.Created(http, $"/api/v1/users/{made.Value}", UserView.Of(user, await custom.ListAsync(made.Value, caller, cancel))) : ApiAnswers.Created(http, $"/api/v1/users/{made.Value}");
        return fields.FirstOrDefault(entry => entry.Field.Id.ToString() == made.Problem.Field) is { } blamed
            ? Wrong(http, new Dictionary<Guid, string> { [blamed.Field.Id] = made.Problem.Message }, fields) : ApiAnswers.Refuse(http, made.Problem);
    }

    private static Task<IResult> ReplaceAsync(HttpContext http, Guid id, Put<UserBody, UserView> put, WholeUser whole, UserDirectory users, CustomValues custom, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, put, whole, users, custom, caller, cancel);

    private static Task<IResult> ChangeAsync(HttpContext http, Guid id, Patch<UserBody, UserView> patch, WholeUser whole, UserDirectory users, CustomValues custom, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, patch, whole, users, custom, caller, cancel);

    private static async Task<IResult> EditAsync(HttpContext http, Guid id, Edit<UserBody, UserView> edit, WholeUser whole, UserDirectory users, CustomValues custom, Caller caller, CancellationToken cancel)
    {
        if (await users.FindAsync(id, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        var fields = await custom.ListAsync(id, caller, cancel);
        var shown = UserView.Of(current, fields);
        if (edit.Refuse(http, shown) is { } refused)
            return refused;
        var (mine, wrong) = edit.ApplyTo(UserBody.Of(current.Form));
        if (mine is null || (wrong = AddressLine.Settle(mine, edit, AddressParts.Of(current.Form)) ?? ApiBody.Judge(mine.ToForm())) is not null)
            return wrong!(http);
        var (values, unknown) = Read(http, mine.CustomFields, edit.IsWhole, fields);
        if (unknown is not null)
            return unknown;

        var change = new UserChange(mine.ToForm(), current.Form, values, mine.IsActive == shown.IsActive ? null : mine.IsActive, ApiChoice.DefaultReason);
        var edited = await whole.EditAsync(id, change, caller, cancel);
        return !edited.Succeeded ? ApiAnswers.Refuse(http, edited.Problem)
            : edited.Value.Count > 0 ? Wrong(http, edited.Value, fields)
            : await UserApi.FindAsync(http, id, users, custom, caller, cancel);
    }

    // Null where nothing changes, so that nobody is asked for a value that was missing before.
    private static (CustomChange? Change, IResult? Unknown) Read(HttpContext http, Dictionary<string, string?>? sent, bool isWhole, IReadOnlyList<CustomEntry> fields)
    {
        if (sent is null)
            return (null, null);
        var original = fields.Where(entry => entry.MayEdit).ToDictionary(entry => entry.Field.Id, entry => entry.Value);
        var mine = original.ToDictionary(pair => pair.Key, pair => isWhole ? null : pair.Value);
        foreach (var (key, value) in sent)
            if (Find(fields, key) is not { } entry || (!entry.MayEdit && value != entry.Value))
                return (null, Unknown(http, key));
            else if (entry.MayEdit)
                mine[entry.Field.Id] = value;
        return (mine.All(pair => pair.Value == original[pair.Key]) ? null : new(mine, original), null);
    }

    private static CustomEntry? Find(IReadOnlyList<CustomEntry> fields, string key) => fields.FirstOrDefault(entry => entry.Field.Key == key);

    private static IResult Unknown(HttpContext http, string key) => ApiAnswers.Invalid(http, NameOf(Text.Shorten(key, 80)), Words.T(ApiBody.Unknown));

    private static IResult Wrong(HttpContext http, IReadOnlyDictionary<Guid, string> wrong, IReadOnlyList<CustomEntry> fields) =>
        ApiAnswers.Invalid(http, wrong.ToDictionary(one => NameOf(fields.First(entry => entry.Field.Id == one.Key).Field.Key), one => new[] { one.Value }));

    private static string NameOf(string key) => $"custom_fields.{key}";
}

"""The demo's people, organisations and assistants. Their knowledge is in `files/`, written for this repository."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FILES = Path(__file__).parent / "files"
PASSWORD = "bottega"  # noqa: S105 - printed by `make run`, and refused in production
CREATOR, MEMBER, STAFF = "creator@bottega.local", "member@bottega.local", "staff@bottega.local"
NAMES = {CREATOR: "Mira Holm", MEMBER: "Jun Sato", STAFF: "林岚"}
HARBOUR, SHUFANG = "Harbour & Pine", "城南书坊"
# Where the teams' own directories hold what they made.
DEPARTMENTS = {
    "first-fortnight": "People",
    "plain-words": "Writing",
    "git-rescue": "Workshop tools",
    "wood-library": "Workshop tools",
    "shufang-shouce": "门店",
    "lunwen-daodu": "读书",
}
DONT_KNOW_ZH = "我手头的资料里没有足够的信息来回答这个问题。"


@dataclass(frozen=True)
class DemoAssistant:
    """One assistant of the demo: what it says of itself, what it knows, and where it is published."""

    name: str
    organisation: str
    tagline: str
    description: str
    category: str
    language: str
    picture: str
    welcome: str
    starters: tuple[str, ...]
    role: str
    behaviour: str
    must_never: tuple[str, ...]
    files: tuple[Path, ...]
    note: str
    visibility: str = "public"
    slug: str = ""
    featured: bool = False
    pinned: bool = False
    trial: bool = False
    # Questions with their answers, for its page.
    sample: tuple[tuple[str, str], ...] = ()

    @property
    def draft(self) -> dict[str, object]:
        """Its definition, as a merge patch over a new draft."""
        chinese = self.language.startswith("zh")
        policy = {"grounding": "only", "citations": True}
        return {
            "profile": {
                "tagline": self.tagline,
                "description": self.description,
                "picture": self.picture,
                "welcome_message": self.welcome,
                "starters": list(self.starters),
            },
            "instructions": {
                "role": self.role,
                "behaviour": self.behaviour,
                "must_never": list(self.must_never),
            },
            "answer_policy": policy | ({"not_enough_information": DONT_KNOW_ZH} if chinese else {}),
            "language": self.language,
        }


def _docs() -> tuple[Path, ...]:
    return (FILES / "bottega-guide.md", *sorted((settings.BASE_DIR / "docs").glob("*.md")))


# Every assistant of the demo, those to be seen first at the end.
DEMO_ASSISTANTS: tuple[DemoAssistant, ...] = (
    DemoAssistant(
        name="First Fortnight",
        organisation=HARBOUR,
        tagline="Answers what a new colleague asks, from the handbook",
        description="Working hours, holidays, safety, money, travel and whom to ask, with the line of the handbook"
        " that says so. For colleagues of Harbour & Pine only.",
        category="work",
        language="en",
        picture="first-fortnight",
        welcome="Welcome to Harbour & Pine. Ask me what you would ask a colleague on the second day.",
        starters=(
            "What should I bring on my first day?",
            "What do I do when I am ill?",
            "How many days of holiday do I have?",
            "Who do I ask about my payslip?",
        ),
        role="You help new colleagues of Harbour & Pine through their first two weeks.",
        behaviour="Friendly and short. Name the person to ask where the handbook names one.",
        must_never=("Give legal advice", "Guess about pay"),
        files=(FILES / "first-fortnight.docx",),
        note="The handbook of this autumn",
        visibility="organisation",
        slug="first-fortnight",
        pinned=True,
    ),
    DemoAssistant(
        name="书坊手册",
        organisation=SHUFANG,
        tagline="城南书坊的同事问排班、请假、收银和退换书",
        description="根据员工手册回答，每条答案注明出处。只对城南书坊的同事开放。",
        category="work",
        language="zh-hans",
        picture="shufang-1",
        welcome="你好，我熟读了员工手册。想问什么？",
        starters=("病假怎么请？", "没有小票的书能退吗？", "读书室借场地要多少钱？", "报销单什么时候交？"),
        role="你是城南书坊的同事助手，只根据员工手册回答。",
        behaviour="语气亲切，回答简短，手册写明找谁时说出名字。",
        must_never=("编造手册里没有的规定",),
        files=(FILES / "shufang-shouce.html",),
        note="秋季版员工手册",
        visibility="organisation",
        slug="shufang-shouce",
    ),
    DemoAssistant(
        name="Git Rescue",
        organisation=HARBOUR,
        tagline="Gets you out of trouble in Git, one calm step at a time",
        description="Wrong branch, lost commits, conflicts, a rebase gone wrong, a password in the history: what to"
        " type, and what to check before you do. For Git 2.23 and newer.",
        category="code",
        language="en",
        picture="git-rescue-3",
        welcome="Stop typing for a moment. What happened?",
        starters=(
            "I committed to the wrong branch",
            "I ran git reset --hard and lost my commits",
            "How do I undo something I have pushed?",
            "What does detached HEAD mean?",
        ),
        role="You help people who are in trouble with Git.",
        behaviour="Calm. Give the commands in order, and say what to check before a step that cannot be undone.",
        must_never=("Suggest git push --force on a shared branch",),
        files=(FILES / "git-rescue.md",),
        note="Sixteen kinds of trouble",
        slug="git-rescue",
    ),
    DemoAssistant(
        name="茶桌",
        organisation=SHUFANG,
        tagline="六大茶类怎么泡、怎么存，泡得不好喝时改哪里",
        description="水温、用量、时间、器具、存放和待客的规矩。说明咖啡因和服药时要注意什么，但不代替医生的意见。",
        category="home",
        language="zh-hans",
        picture="chazhuo-2",
        welcome="坐。今天泡什么茶？",
        starters=(
            "绿茶用多少度的水？",
            "茶太苦怎么办？",
            "普洱茶怎么存放？",
            "用盖碗泡乌龙茶放多少茶叶？",
        ),
        role="你是一位懂茶的朋友，根据《泡茶手册》回答。",
        behaviour="先给出数字，再说理由。",
        must_never=("把茶说成药",),
        files=(FILES / "chazhuo.txt",),
        note="泡茶手册第一版",
        slug="chazhuo",
    ),
    DemoAssistant(
        name="Bread Bench",
        organisation=HARBOUR,
        tagline="Sourdough at home: from a first starter to a loaf you are proud of",
        description="A starter in ten days, a basic loaf, a timetable for people who work, and what to change when"
        " the crumb is gummy or the loaf is flat. Quotes the page of the booklet it comes from.",
        category="home",
        language="en",
        picture="bread-bench-5",
        welcome="Flour on your hands already? Ask away.",
        starters=(
            "How do I make a sourdough starter?",
            "Why is my loaf dense and gummy?",
            "When is bulk fermentation finished?",
            "How do I keep bread fresh?",
        ),
        role="You help people bake sourdough bread at home.",
        behaviour="Encouraging and exact: weights, temperatures and times.",
        must_never=("Say that mould on a starter can be scraped off",),
        files=(FILES / "sourdough.pdf",),
        note="The whole booklet",
        slug="bread-bench",
        pinned=True,
    ),
    DemoAssistant(
        name="Wood Library",
        organisation=HARBOUR,
        tagline="Which wood, which finish, and what to do when it cups, dents or stains",
        description="Notes from the bench of a small furniture workshop: oak, beech, ash, walnut, pine and larch,"
        " how they move, how to finish them, and how to repair what went wrong.",
        category="craft",
        language="en",
        picture="wood-library-2",
        welcome="What are you making, and where will it stand?",
        starters=(
            "Which finish suits a dining table?",
            "Why does oak turn black around screws?",
            "How do I get a dent out of wood?",
            "Is oak durable outdoors?",
        ),
        role="You advise people who make and repair furniture.",
        behaviour="Practical. Mention the danger where there is one: dust, oily rags, acids.",
        must_never=("Promise that a repair will be invisible",),
        files=(FILES / "wood-library.md",),
        note="Six woods, seven finishes, five repairs",
        slug="wood-library",
        featured=True,
        trial=True,
        sample=(
            (
                "Can I fix a wide beech panel on both edges?",
                "Never fix a wide solid panel rigidly on both edges. Use slotted screw holes, buttons or Z-clips under a"
                " table top, and a floating panel in a frame.",
            ),
            (
                "Is ash good for a garden bench?",
                "Ash is not durable outdoors without treatment. Thermally modified ash is: heating to around 200 °C makes"
                " it stable and resistant to rot, but also more brittle, so it should not carry heavy loads.",
            ),
        ),
    ),
    DemoAssistant(
        name="论文导读",
        organisation=SHUFANG,
        tagline="怎样选论文、读图表、看懂 P 值，判断结论是否可信",
        description="写给刚开始读论文的学生和需要查研究结果的人。讲三遍阅读法、统计里常见的误会和做笔记的办法。",
        category="research",
        language="zh-hans",
        picture="lunwen-4",
        welcome="手上有一篇读不下去的论文？从哪里卡住的，告诉我。",
        starters=(
            "第一遍读论文看什么？",
            "P 值小于 0.05 是什么意思？",
            "为什么相关不等于因果？",
            "论文笔记写哪六行？",
        ),
        role="你教人读研究论文，只根据《论文导读》回答。",
        behaviour="举一个小例子，再给出做法。",
        must_never=("替人下医学或法律结论",),
        files=(FILES / "lunwen-daodu.md",),
        note="加入“图表里的陷阱”一节",
        slug="lunwen-daodu",
        featured=True,
        pinned=True,
    ),
    DemoAssistant(
        name="Plain Words",
        organisation=HARBOUR,
        tagline="Helps you write official letters that anyone can act on",
        description="Short sentences, active verbs, saying no kindly, forms and dates that nobody misreads, with"
        " examples before and after and a checklist for the last look.",
        category="writing",
        language="en",
        picture="plain-words-7",
        welcome="What do your readers have to do, and by when? Let us begin there.",
        starters=(
            "How long should my sentences be?",
            "How do I write a refusal?",
            "What can I write instead of “commence”?",
            "What should I check before I send a letter?",
        ),
        role="You help people write letters and forms in plain language.",
        behaviour="Write as the guide asks others to write: plainly.",
        must_never=("Change the legal meaning of a text without saying so",),
        files=(FILES / "plain-words.html",),
        note="With a checklist",
        slug="plain-words",
        featured=True,
    ),
    DemoAssistant(
        name="Bottega guide",
        organisation=HARBOUR,
        tagline="Knows this place: building, publishing, privacy, keys and running it yourself",
        description="Reads Bottega's own documentation and shows you the paragraph it answers from. In English;"
        " ask in any language.",
        category="learning",
        language="en",
        picture="bottega-guide-1",
        welcome="Ask me how anything here works.",
        starters=(
            "How do I build an assistant?",
            "Who can read my chats?",
            "Which files can it read?",
            "How do I publish to the store?",
        ),
        role="You explain Bottega to the people who use it.",
        behaviour="Short steps, with the names of the pages.",
        must_never=("Invent a feature",),
        files=_docs(),
        note="The documentation of this release",
        slug="bottega-guide",
        pinned=True,
    ),
)

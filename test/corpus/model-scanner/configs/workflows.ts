// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configurations themselves are written so.
import type { HarmlessConfig, HostileConfig } from './config-example.ts';

const sha = '8f4b7f84864484a7bf31766abe9204da3cbe65b3';
const checkout = `      - uses: actions/checkout@${sha}\n`;
const workflow = (on: string, steps: string, more = '', runner = 'ubuntu-latest') =>
  `name: ci\non: ${on}\npermissions:\n  contents: read\n${more}jobs:\n  build:\n    runs-on: ${runner}\n    steps:\n${steps}`;
const path = '.github/workflows/ci.yml';
const hostile = (what: string, rule: string, text: string, at: string): HostileConfig => ({ what, rule, text, at, path });
const head = '${{ github.event.pull_request.head.sha }}';

export const hostileWorkflows: readonly HostileConfig[] = [
  hostile(
    'branch name by keys in brackets',
    'workflow-injection',
    workflow('workflow_run', "      - run: echo ${{ github['event'][ 'workflow_run' ].head_branch }}\n"),
    '- run: echo',
  ),
  hostile(
    'title of an issue in a shell',
    'workflow-injection',
    workflow('issues', '      - run: |\n          echo start\n          echo "${{ github.event.issue.title }}"\n'),
    '          echo "${{',
  ),
  hostile(
    'branch name of a pull request',
    'workflow-injection',
    workflow('[pull_request_target]', '      - run: git switch ${{ github.head_ref }}\n'),
    '- run: git',
  ),
  hostile(
    'comment in a program',
    'workflow-injection',
    workflow(
      'issue_comment',
      `      - uses: actions/github-script@${sha}\n        with:\n          script: |\n            const body = \`\${{ github.event.comment.body }}\`;\n`,
    ),
    '            const body',
  ),
  hostile(
    'message of a commit',
    'workflow-injection',
    workflow('push', '      - run: ./notify.sh "${{ github.event.head_commit.message }}"\n'),
    '- run',
  ),
  hostile(
    'through env, but as an expression again',
    'workflow-injection',
    workflow('issues', '      - run: echo ${{ env.TITLE }}\n', 'env:\n  TITLE: ${{ github.event.issue.title }}\n'),
    '- run',
  ),
  hostile(
    'formatted and handed on',
    'workflow-injection',
    workflow('issue_comment', "      - run: echo ${{ format('{0}', github.event.comment.body) }}\n"),
    '- run',
  ),
  hostile('the whole event', 'workflow-injection', workflow('issue_comment', "      - run: echo '${{ toJSON(github.event) }}'\n"), '- run'),
  hostile(
    'code of a pull request with secrets',
    'workflow-untrusted-code',
    workflow(
      'pull_request_target',
      `      - uses: actions/checkout@${sha}\n        with:\n          ref: ${head}\n      - run: npm install && npm test\n`,
    ),
    '- uses',
  ),
  hostile(
    'the same by gh',
    'workflow-untrusted-code',
    workflow('issue_comment', '      - run: gh pr checkout ${{ github.event.issue.number }} && make\n'),
    '- run',
  ),
  hostile(
    'an action of the pull request',
    'workflow-untrusted-code',
    workflow(
      'pull_request_target',
      `      - uses: actions/checkout@${sha}\n        with: {ref: 'refs/pull/\${{ github.event.number }}/merge'}\n      - uses: ./.github/actions/build\n`,
    ),
    '- uses: actions',
  ),
  hostile(
    'only fetched',
    'workflow-untrusted-code',
    workflow('pull_request_target', `      - uses: actions/checkout@${sha}\n        with: {ref: "${head}"}\n`),
    '- uses',
  ),
  hostile(
    'files of a run without rights',
    'workflow-untrusted-code',
    workflow(
      '{workflow_run: {workflows: [build]}}',
      `      - uses: actions/download-artifact@${sha}\n        with: {run-id: "\${{ github.event.workflow_run.id }}"}\n      - run: python report.py\n`,
    ),
    '- uses',
  ),
  hostile('action on a branch', 'workflow-mutable-action', workflow('push', `${checkout}      - uses: acme/deploy@main\n`), 'acme/deploy'),
  hostile(
    'a workflow of others with every secret',
    'workflow-permissions',
    `on: push\npermissions: {}\njobs:\n  call:\n    uses: acme/ci/.github/workflows/x.yml@${sha}\n    secrets: inherit\n`,
    'secrets',
  ),
  hostile(
    'write-all',
    'workflow-permissions',
    workflow('push', checkout).replace('permissions:\n  contents: read', 'permissions: write-all'),
    'permissions',
  ),
  hostile(
    'every secret in one value',
    'workflow-permissions',
    workflow('push', "      - run: echo '${{ toJSON(secrets) }}' > all.json\n"),
    '- run',
  ),
  hostile(
    'secret printed',
    'workflow-secret-exposure',
    workflow('push', '      - run: echo "key is ${{ secrets.OPENAI_API_KEY }}"\n'),
    '- run',
  ),
  hostile(
    'secret in a form the log shows',
    'workflow-secret-exposure',
    workflow('push', '      - run: echo ${{ secrets.TOKEN }} | base64\n'),
    '- run',
  ),
  hostile(
    'credentials in a cache',
    'workflow-secret-exposure',
    workflow(
      'push',
      `      - uses: actions/cache@${sha}\n        with:\n          path: |\n            ~/.cache/pip\n            ~/.aws\n          key: x\n`,
    ),
    'path: |',
  ),
  hostile('strangers on our machine', 'workflow-self-hosted', workflow('pull_request', checkout, '', '[self-hosted, gpu]'), 'runs-on'),
  hostile(
    'script over http',
    'pipeline-remote-script',
    workflow('push', '      - run: |\n          set -e\n          curl -s http://get.acme.io/i.sh | bash\n'),
    '          curl',
  ),
  hostile(
    'commands of old',
    'workflow-permissions',
    workflow('push', checkout, 'env:\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: true\n'),
    'ACTIONS_ALLOW',
  ),
  {
    what: 'a composite action with text of strangers',
    rule: 'workflow-injection',
    path: 'action.yml',
    at: '- run',
    text: 'name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ github.event.pull_request.title }}\n      shell: bash\n',
  },
];

const harmless = (what: string, text: string, at = path): HarmlessConfig => ({ what, text, path: at });
export const harmlessWorkflows: readonly HarmlessConfig[] = [
  harmless(
    'tests',
    workflow(
      '[push, pull_request]',
      `${checkout}      - uses: actions/setup-python@v5\n        with: {python-version: "3.12"}\n      - run: pip install -e . && pytest\n`,
    ),
  ),
  harmless(
    'a title through the environment',
    workflow('issues', '      - env:\n          TITLE: ${{ github.event.issue.title }}\n        run: ./label.sh "$TITLE"\n'),
  ),
  harmless(
    'a comment that is only compared',
    workflow(
      'issue_comment',
      "      - if: contains(github.event.comment.body, '/deploy')\n        run: echo ${{ github.event.comment.body == '/deploy' && 'yes' || 'no' }}\n",
    ),
  ),
  harmless(
    'numbers and hashes',
    workflow(
      'pull_request_target',
      '      - run: gh pr comment ${{ github.event.pull_request.number }} --body ${{ github.event.pull_request.head.sha }}\n',
    ),
  ),
  harmless('labels on pull requests', workflow('pull_request_target', `      - uses: actions/labeler@v5\n`)),
  harmless('the base of a pull request', workflow('pull_request_target', `${checkout}      - run: python check.py\n`)),
  harmless(
    'code of a pull request without secrets',
    workflow('pull_request', `      - uses: actions/checkout@v4\n        with: {ref: "${head}"}\n      - run: npm ci && npm test\n`),
  ),
  harmless('tags of others', workflow('push', '      - uses: docker/build-push-action@v6\n      - uses: astral-sh/setup-uv@v5\n')),
  harmless(
    'secrets in the environment',
    workflow('push', '      - run: python train.py\n        env:\n          OPENAI_API_KEY: ${{ secrets.OPENAI_API_KEY }}\n'),
  ),
  harmless(
    'a secret to a file and to a program',
    workflow(
      'push',
      '      - run: |\n          echo "${{ secrets.KEY }}" > key.json\n          echo ${{ secrets.PASSWORD }} | docker login -u bot --password-stdin\n',
    ),
  ),
  harmless(
    'own workflow with secrets',
    'on: push\npermissions: {}\njobs:\n  call:\n    uses: ./.github/workflows/x.yml\n    secrets: inherit\n',
  ),
  harmless('our machine for our own pushes', workflow('push', checkout, '', '[self-hosted, gpu]')),
  harmless('uv by its script', workflow('push', '      - run: curl -LsSf https://astral.sh/uv/install.sh | sh\n')),
  harmless(
    'publishing with a proof',
    workflow('push', '      - run: hf upload acme/m ./out\n      - run: cosign sign-blob --yes out/model.safetensors\n'),
  ),
  harmless('publishing without one is a note', workflow('push', '      - run: hf upload acme/m ./out\n')),
  harmless(
    'typed in by those who may',
    workflow('{workflow_dispatch: {inputs: {tag: {type: string}}}}', '      - run: ./release.sh ${{ inputs.tag }}\n'),
  ),
  harmless(
    'a cache of packages',
    workflow('push', `      - uses: actions/cache@v4\n        with: {path: ~/.cache/pip, key: "\${{ hashFiles('requirements.txt') }}"}\n`),
  ),
  harmless(
    'a matrix',
    workflow('push', '      - run: echo ${{ matrix.python }} ${{ runner.os }} ${{ github.sha }} ${{ github.ref_name }}\n'),
  ),
  harmless('no permissions is a note', 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n'),
  harmless(
    'a script that says what it does',
    workflow('push', "      - run: |\n          # curl http://x | sh would be bad\n          echo 'never run env | sort'\n"),
  ),
  harmless(
    'dependabot',
    'version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    schedule: {interval: weekly}\n',
    '.github/dependabot.yml',
  ),
];

const gitlab = (what: string, rule: string, text: string, at: string, at_path = '.gitlab-ci.yml'): HostileConfig => ({
  what,
  rule,
  text,
  at,
  path: at_path,
});
export const hostileGitlab: readonly HostileConfig[] = [
  gitlab(
    'jobs from an address',
    'workflow-mutable-action',
    'include:\n  - remote: https://ci.acme.io/jobs.yml\nbuild:\n  script: [make]\n',
    '- remote',
  ),
  gitlab(
    'jobs from an address, short',
    'workflow-mutable-action',
    'include: https://ci.acme.io/jobs.yml\nbuild:\n  script: make\n',
    'include',
  ),
  gitlab('jobs over http', 'pipeline-remote-script', 'include:\n  - http://ci.acme.io/jobs.yml\nbuild:\n  script: [make]\n', '- http'),
  gitlab('token in the log', 'workflow-secret-exposure', 'build:\n  script:\n    - echo "$CI_JOB_TOKEN"\n', '- echo'),
  gitlab(
    'key in the log',
    'workflow-secret-exposure',
    'build:\n  script:\n    - make\n    - echo using $OPENAI_API_KEY now\n',
    '    - echo',
  ),
  gitlab('environment in the log', 'workflow-secret-exposure', 'build:\n  before_script:\n    - env\n  script: [make]\n', '- env'),
  gitlab(
    'everything in the log',
    'workflow-secret-exposure',
    'variables:\n  CI_DEBUG_TRACE: "true"\nbuild:\n  script: [make]\n',
    'CI_DEBUG_TRACE',
  ),
  gitlab('title evaluated', 'workflow-injection', 'build:\n  script:\n    - eval "notify $CI_MERGE_REQUEST_TITLE"\n', '- eval'),
  gitlab(
    'message in a second shell',
    'workflow-injection',
    'build:\n  script:\n    - bash -c "deploy.sh ${CI_COMMIT_MESSAGE}"\n',
    '- bash',
  ),
  gitlab(
    'branch in a program',
    'workflow-injection',
    'build:\n  script:\n    - python3 -c "print(\'$CI_COMMIT_REF_NAME\')"\n',
    '- python3',
  ),
  gitlab(
    'runtime without TLS',
    'workload-privilege',
    'variables:\n  DOCKER_HOST: tcp://docker:2375\nbuild:\n  script: [docker build .]\n',
    'DOCKER_HOST',
  ),
  gitlab(
    'certificates unchecked',
    'pipeline-unverified-source',
    'build:\n  variables: {GIT_SSL_NO_VERIFY: "true"}\n  script: [make]\n',
    'variables',
  ),
  gitlab(
    'certificates unchecked in a script',
    'pipeline-unverified-source',
    'build:\n  script:\n    - wget --no-check-certificate https://acme.io/m.gguf\n',
    '- wget',
  ),
  gitlab('script over http', 'pipeline-remote-script', 'build:\n  script:\n    - curl http://acme.io/i.sh | bash\n', '- curl'),
  gitlab(
    'environment file as an artefact',
    'workflow-secret-exposure',
    'build:\n  script: [make]\n  artifacts:\n    paths:\n      - out/\n      - .env\n',
    '- .env',
  ),
  gitlab(
    'token over http',
    'workflow-secret-exposure',
    'build:\n  script:\n    - \'curl --header "JOB-TOKEN: $CI_JOB_TOKEN" http://gitlab.acme.io/api/v4/x\'\n',
    "- 'curl",
  ),
  gitlab(
    'by content',
    'workflow-secret-exposure',
    'stages: [build]\nbuild:\n  stage: build\n  script:\n    - printenv\n',
    '- printenv',
    'ci/jobs.yml',
  ),
];
const ordinary = (what: string, text: string): HarmlessConfig => ({ what, text, path: '.gitlab-ci.yml' });
export const harmlessGitlab: readonly HarmlessConfig[] = [
  ordinary(
    'tests',
    'image: python:3.12\nstages: [test]\ntest:\n  stage: test\n  script:\n    - pip install -r requirements.txt\n    - pytest\n',
  ),
  ordinary('templates', 'include:\n  - template: Security/SAST.gitlab-ci.yml\n  - local: ci/build.yml\nbuild:\n  script: [make]\n'),
  ordinary('a fixed project', 'include:\n  - project: acme/ci\n    ref: v1.4.0\n    file: /jobs.yml\nbuild:\n  script: [make]\n'),
  ordinary('a branch of a project is a note', 'include:\n  - project: acme/ci\n    file: /jobs.yml\nbuild:\n  script: [make]\n'),
  ordinary(
    'an address with its digest',
    'include:\n  - remote: https://ci.acme.io/jobs.yml\n    integrity: sha256-abc\nbuild:\n  script: [make]\n',
  ),
  ordinary(
    'login with a password from outside',
    'build:\n  script:\n    - echo "$CI_REGISTRY_PASSWORD" | docker login -u "$CI_REGISTRY_USER" --password-stdin $CI_REGISTRY\n',
  ),
  ordinary(
    'a token for a package',
    'build:\n  script:\n    - \'curl --header "JOB-TOKEN: $CI_JOB_TOKEN" --upload-file a.whl "${CI_API_V4_URL}/projects/1/packages/generic/a/1/a.whl"\'\n',
  ),
  ordinary('a secret into a file', 'build:\n  script:\n    - echo "$KAGGLE_TOKEN" > ~/.kaggle/kaggle.json\n'),
  ordinary(
    'title as an argument',
    'build:\n  script:\n    - ./notify.sh "$CI_MERGE_REQUEST_TITLE"\n    - echo "building $CI_COMMIT_REF_NAME"\n',
  ),
  ordinary(
    'runtime with TLS',
    'variables:\n  DOCKER_HOST: tcp://docker:2376\n  DOCKER_TLS_CERTDIR: /certs\nbuild:\n  services: [docker:27-dind]\n  script: [docker build .]\n',
  ),
  ordinary('caches', 'build:\n  cache:\n    paths: [.cache/pip]\n  script: [make]\n'),
  ordinary('rules', 'workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\nbuild:\n  script: [make]\n'),
  ordinary('extends and hidden jobs', '.base:\n  image: node:22\nbuild:\n  extends: .base\n  script: [npm ci, npm test]\n'),
  ordinary('environments', 'deploy:\n  script: [./deploy.sh]\n  environment: {name: production}\n  when: manual\n'),
  ordinary('words about it', 'build:\n  script:\n    - echo "never print tokens or env in here"\n'),
  ordinary('pages', 'pages:\n  script: [mkdocs build -d public]\n  artifacts: {paths: [public]}\n'),
];
